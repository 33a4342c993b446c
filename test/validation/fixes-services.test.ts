import { followEach } from '../support/fixes/follow';
import { IMAGES } from '../support/fixes/images';
import { PROVIDERS } from '../support/fixes/providers';
import { SERVICES } from '../support/fixes/services';

describe('images', () => followEach(IMAGES));
describe('services', () => followEach(SERVICES));
describe('providers', () => followEach(PROVIDERS));
