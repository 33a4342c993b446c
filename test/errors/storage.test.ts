import { followEach } from './entry';
import { STORAGE } from './tables/storage';

describe('storage', () => followEach(STORAGE));
