import type { ContainerConfig } from '../../private/bindings';

/**
 * Fails the apply unless the container ended with exit code 0: the provider waits for its end and does not check the result. The result stays in the
 * state, so each later plan fails as well until the container is removed.
 * @param failure what did not happen, a sentence
 */
export function endedWell(name: string, failure: string): ContainerConfig['lifecycle'] {
  return {
    postcondition: [
      {
        condition: '${self.exit_code == 0}',
        errorMessage: `${failure} On the host of the engine, 'docker logs ${name}' prints why. Remove the cause, then 'docker rm ${name}', and apply again.`,
      },
    ],
  };
}
