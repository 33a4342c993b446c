import { followEach } from './entry';
import { FIRST_TRIES } from './tables/first-tries';

describe('what is tried first', () => followEach(FIRST_TRIES));
