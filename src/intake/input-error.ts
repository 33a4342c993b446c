/** Something that was given cannot be read or does not mean anything; the message says what to do. */
export class InputError extends Error {}

/** What a value object refuses, as an error of who wrote it. */
export function given<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}
