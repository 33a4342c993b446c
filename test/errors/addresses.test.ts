import { followEach } from './entry';
import { ADDRESSES } from './tables/addresses';

describe('addresses', () => followEach(ADDRESSES));
