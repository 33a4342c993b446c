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
   * Whether Terraform waits until the other container has ended with exit code 0: a migration of a database, for example. The other container needs
   * `restartPolicy: RestartPolicy.NO`, and it accepts a missing health check (BH-C22) automatically. If it ends with another exit code, the apply
   * fails, and so does each later plan until the ended container is removed from the host; the error message names the commands. Terraform waits only
   * in the apply that creates the other container, at most 20 minutes.
   *
   * @default false
   */
  readonly completed?: boolean;

  /**
   * Seconds that Terraform waits for `healthy`, 1 to 1140: the provider stops the creation of a container after 20 minutes. If the time runs out, the apply
   * fails, and the next apply creates the other container again: its volumes stay, and its program starts again.
   *
   * @default - twice the time in which the health check must succeed, 600 to 1140
   */
  readonly timeoutSeconds?: number;
}
