import type { Json } from './json';
import type { ResourcePlace } from './view';

/** A subject of rules that is not a resource of Terraform, such as the settings of an engine. */
export interface Subject extends Omit<ResourcePlace, 'address'> {
  /** Address of the resource that contains it; undefined if a construct provides it. */
  readonly address?: string;
  /** A text that Terraform evaluates contains attributes that only Terraform knows. */
  readonly attributes: Json;
}
