import { followEach } from './entry';
import { HOSTS } from './tables/hosts';

describe('publications and daemons', () => followEach(HOSTS));
