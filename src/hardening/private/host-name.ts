/** Name under which a container that may talk to the host finds it. */
export const HOST_NAME = 'host.docker.internal';
