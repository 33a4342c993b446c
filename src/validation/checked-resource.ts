/**
 * Attributes of a resource, or of a block in one, as Terraform will get them: overrides applied, tokens resolved.
 *
 * Values that only Terraform knows (`${…}`) read as not set, and are recorded: if a rule of severity error read such a value and found nothing, that
 * is a separate finding (`BH-X03`).
 *
 * Names may refer to nested blocks, as in `task_spec.container_spec.image`; if a block occurs several times, to the first one.
 */
export interface ICheckedBlock {
  /** Whether something is set: true for values that only Terraform knows, and false for null and an empty list. */
  has(attribute: string): boolean;

  /**
   * Text as Terraform gets it, numbers and booleans written out.
   *
   * @returns nothing when it is not set, or known only to Terraform
   */
  text(attribute: string): string | undefined;

  /**
   * A number.
   *
   * @returns nothing when it is not set, not a number, or known only to Terraform
   */
  num(attribute: string): number | undefined;

  /** Whether a boolean is set to true. */
  isTrue(attribute: string): boolean;

  /** Whether a boolean is explicitly set to false. */
  isFalse(attribute: string): boolean;

  /** Texts of a list, without those that only Terraform knows. */
  texts(attribute: string): string[];

  /** Texts of a list as they are written, with `${…}` where Terraform fills something in. */
  rawTexts(attribute: string): string[];

  /** The written text, with `${…}` where Terraform inserts something. */
  rawText(attribute: string): string | undefined;

  /** Texts of a map by key, without those that only Terraform knows. */
  entries(attribute: string): { [key: string]: string };

  /** Names in a map, including those whose values only Terraform knows. */
  names(attribute: string): string[];

  /** Nested blocks of a name, including the content of `dynamic` blocks, whose number only Terraform knows. */
  blocks(name: string): ICheckedBlock[];
}

/**
 * Something that rules check: a resource, a provider, the settings of an engine (`daemon.json`), its host (`host`), or the proof of a daemon
 * (`daemon`).
 */
export interface ICheckedResource extends ICheckedBlock {
  /** Type of the resource, such as `docker_container`; `provider.docker` for a provider block, `data.docker_network` for a data source, `action.docker_exec` for an action. */
  readonly resourceType: string;

  /** Path of the construct that created it; if an override created it, the path of the stack followed by the address. */
  readonly path: string;

  /** Address in the stack's Terraform, such as `docker_container.web`. */
  readonly address: string;

  /** Everything of a type in the same stack. */
  others(resourceType: string): ICheckedResource[];

  /**
   * The resource of the same stack that an attribute refers to, as an image or a network.
   *
   * @returns nothing when the attribute is not a reference, or refers to something else
   */
  referenced(attribute: string): ICheckedResource | undefined;

  /**
   * The resource of the same stack that a text such as `${docker_network.front.id}` refers to.
   *
   * @returns nothing when it is not a reference, or refers to something else
   */
  referencedBy(text?: string): ICheckedResource | undefined;
}
