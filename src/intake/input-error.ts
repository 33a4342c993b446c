/** Something that was given cannot be read or does not mean anything; the message says what to do. */
export class InputError extends Error {}
