import { followEach } from './entry';
import { CONFIG_FILES } from './tables/config-files';
import { CONTAINERS } from './tables/containers';
import { PROFILES } from './tables/profiles';
import { SECRETS } from './tables/secrets';
import { SHARED_NETWORKS } from './tables/shared-networks';

describe('containers', () => followEach(CONTAINERS));
describe('profiles of images', () => followEach(PROFILES));
describe('networks of other containers', () => followEach(SHARED_NETWORKS));
describe('config files', () => followEach(CONFIG_FILES));
describe('secrets', () => followEach(SECRETS));
