/** The calls for a user that is root, for messages; each works as it is written. */
export const ROOT_CALLS =
  "ContainerUser.rootAtStart({ reason }), with Capability.SETUID and Capability.SETGID in 'capabilities', for an image that drops root by itself, or ContainerUser.root({ reason }) for one that does not";
