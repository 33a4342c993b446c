/** Minutes that a run of all checks takes at most, on two processors with warm caches; what the other steps leave of it the scenarios get. */
export const RUN_MINUTES = 30;
export const ENGINE_MINUTES = 20;
