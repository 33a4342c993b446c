import { followEach } from './entry';
import { PLAIN_JAVASCRIPT } from './tables/plain-javascript';

describe('what plain JavaScript lets through', () => followEach(PLAIN_JAVASCRIPT));
