import { followEach } from './entry';
import { SWARMS } from './tables/swarms';

describe('swarms', () => followEach(SWARMS));
