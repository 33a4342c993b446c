/** On the container that sets the owner of a volume: the owner, and the mode if one is set, such as `10001:10001 0750`. Rules read it. */
export const OWNER_LABEL = 'bulkhead.volume-owner';
