import { ENGINES } from '../support/fixes/engines';
import { followEach } from '../support/fixes/follow';

followEach(ENGINES);
