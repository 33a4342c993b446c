/** How a container waits for another one. */
export interface StartOptions {
  /**
   * Whether Terraform waits until the health check of the other container succeeds. The other container needs a `healthCheck`. Terraform waits only in
   * the apply that creates the other container.
   *
   * @default false
   */
  readonly healthy?: boolean;

  /**
   * Seconds that Terraform waits for `healthy`, 1 to 86400. If the time runs out, the apply fails, and the next apply creates the other container
   * again: its volumes stay, and what it had begun starts anew.
   *
   * @default - twice the time in which the health check must succeed, at least 600
   */
  readonly timeoutSeconds?: number;
}
