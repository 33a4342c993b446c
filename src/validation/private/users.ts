/** Whether a user, with or without a group, is root: by name, or by number in any form that the engine reads. */
export function isRoot(user: string | undefined): boolean {
  return user !== undefined && /^\s*(root|[+-]?0+)\s*(:|$)/.test(user);
}
