/** Whether a user, with or without a group, is root: by name, by any spelling of the number, or with a group alone. Nobody named is nobody known. */
export function isRoot(user: string | undefined): boolean {
  return user !== undefined && user !== '' && /^\s*(root|[+-]?0+)?\s*(:|$)/.test(user);
}
