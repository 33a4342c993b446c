/**
 * Attributes of a resource, or of a block in one, as Terraform will get them: overrides applied, tokens resolved.
 *
 * What Terraform alone knows (`${…}`) reads as not set, and is remembered: where a rule of severity error looked at such a value and found nothing, that
 * is a finding of its own (`BH-X03`).
 *
 * Names may lead into nested blocks, as in `task_spec.container_spec.image`; where a block is there several times, into the first one.
 */
export interface ICheckedBlock {
  /** Whether something is set: also true of what Terraform alone knows, and false of null and of an empty list. */
  has(attribute: string): boolean;

  /**
   * Text as Terraform gets it, numbers and booleans written out.
   *
   * @returns nothing when it is not set, or known to Terraform only
   */
  text(attribute: string): string | undefined;

  /**
   * A number.
   *
   * @returns nothing when it is not set, not a number, or known to Terraform only
   */
  num(attribute: string): number | undefined;

  /** Whether a boolean is set to true. */
  isTrue(attribute: string): boolean;

  /** Whether a boolean is set to false; not so when it is not set. */
  isFalse(attribute: string): boolean;

  /** Texts of a list, without those that Terraform alone knows. */
  texts(attribute: string): string[];

  /** Texts of a list as they are written, with `${…}` where Terraform fills something in. */
  rawTexts(attribute: string): string[];

  /** Text as it is written, with `${…}` where Terraform fills something in. */
  rawText(attribute: string): string | undefined;

  /** Texts of a map by key, without those that Terraform alone knows. */
  entries(attribute: string): { [key: string]: string };

  /** Names in a map, also of those whose values Terraform alone knows. */
  names(attribute: string): string[];

  /** Nested blocks of a name, also the content of `dynamic` ones, whose number Terraform alone knows. */
  blocks(name: string): ICheckedBlock[];
}

/**
 * Something that rules look at: a resource, a provider, the settings of an engine (`daemon.json`), its host (`host`), or what the proof says of a daemon
 * (`daemon`).
 */
export interface ICheckedResource extends ICheckedBlock {
  /** Type of the resource, such as `docker_container`; `provider.docker` for a provider block, `data.docker_network` for a data source, `action.docker_exec` for an action. */
  readonly resourceType: string;

  /** Path of the construct that made it; where an override made it, the path of the stack with the address behind it. */
  readonly path: string;

  /** Address in the stack's Terraform, such as `docker_container.web`. */
  readonly address: string;

  /** Everything of a type in the same stack. */
  others(resourceType: string): ICheckedResource[];

  /**
   * The resource of the same stack that an attribute refers to, as an image or a network.
   *
   * @returns nothing when the attribute is no reference, or leads elsewhere
   */
  referenced(attribute: string): ICheckedResource | undefined;

  /**
   * The resource of the same stack that a text such as `${docker_network.front.id}` refers to.
   *
   * @returns nothing when it is no reference, or leads elsewhere
   */
  referencedBy(text?: string): ICheckedResource | undefined;
}
