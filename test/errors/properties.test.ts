import { followEach } from './entry';
import { PROPERTIES } from './tables/properties';

describe('properties of containers', () => followEach(PROPERTIES));
