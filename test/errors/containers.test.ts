import { followEach } from './entry';
import { CONTAINERS } from './tables/containers';
import { PROFILES } from './tables/profiles';

describe('containers', () => followEach(CONTAINERS));

describe('profiles of images', () => followEach(PROFILES));
