import type { Json } from './json';
import type { ResourcePlace } from './view';

/** Something to look at that is no resource of Terraform, such as the settings of an engine. */
export interface Subject extends Omit<ResourcePlace, 'address'> {
  /** Address of the resource that carries it; none where a construct says it itself. */
  readonly address?: string;
  /** A text that Terraform evaluates stands for attributes that it alone knows. */
  readonly attributes: Json;
}
