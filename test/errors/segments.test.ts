import { followEach } from './entry';
import { SEGMENTS } from './tables/segments';

describe('segments', () => followEach(SEGMENTS));
