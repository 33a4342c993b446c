import { followEach } from './entry';
import { FLOWS } from './tables/flows';

describe('flows and the proof', () => followEach(FLOWS));
