import { followEach } from '../support/fixes/follow';
import { TRAPS } from '../support/fixes/traps';

followEach(TRAPS);
