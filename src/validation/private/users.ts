/** Whether a user, with or without a group, is root: by name, by any spelling of the number, or with a group alone. Nobody named is nobody known. */
export function isRoot(user: string | undefined): boolean {
  return user !== undefined && user !== '' && /^\s*(root|[+-]?0+)?\s*(:|$)/.test(user);
}

/** Whether a user is another one than root for certain: by its number. What a name stands for, the image says. */
export function isNumbered(user: string | undefined): boolean {
  return user !== undefined && /^\s*\+?\d+\s*(:|$)/.test(user) && !isRoot(user);
}
