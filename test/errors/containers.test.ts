import { followEach } from './entry';
import { CONTAINERS } from './tables/containers';
import { PROFILES } from './tables/profiles';
import { SECRETS } from './tables/secrets';

describe('containers', () => followEach(CONTAINERS));
describe('profiles of images', () => followEach(PROFILES));
describe('secrets', () => followEach(SECRETS));
