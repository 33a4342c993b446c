import { followEach } from '../support/fixes/follow';
import { PUBLICATIONS } from '../support/fixes/publications';

followEach(PUBLICATIONS);
