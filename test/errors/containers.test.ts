import { followEach } from './entry';
import { CONTAINERS } from './tables/containers';

describe('containers', () => followEach(CONTAINERS));
