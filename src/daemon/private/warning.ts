/** A warning about a construct. */
export interface Warning {
  readonly path: string;
  readonly message: string;
}
