import { followEach } from './entry';
import { CONTAINERS } from './tables/containers';
import { SECRETS } from './tables/secrets';

describe('containers', () => followEach(CONTAINERS));
describe('secrets', () => followEach(SECRETS));
