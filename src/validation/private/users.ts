/** Whether a user, with or without a group, is root: by name, by any spelling of the number, or with only a group. A missing user is unknown. */
export function isRoot(user: string | undefined): boolean {
  return user !== undefined && user !== '' && /^\s*(root|[+-]?0+)?\s*(:|$)/.test(user);
}

/** Whether a user is certainly not root: by its number. The image determines the meaning of a name. */
export function isNumbered(user: string | undefined): boolean {
  return user !== undefined && /^\s*\+?\d+\s*(:|$)/.test(user) && !isRoot(user);
}
