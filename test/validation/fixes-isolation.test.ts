import { followEach } from '../support/fixes/follow';
import { ISOLATION } from '../support/fixes/isolation';

followEach(ISOLATION);
