import { followEach } from '../support/fixes/follow';
import { LIMITS } from '../support/fixes/limits';

followEach(LIMITS);
