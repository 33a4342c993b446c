import { privilegedContainer } from './privileged-container';

export const CONTAINER_RULES = [privilegedContainer];
