import { followEach } from '../support/fixes/follow';
import { FORGERS } from '../support/fixes/forgers';
import { ISOLATION } from '../support/fixes/isolation';

followEach([...ISOLATION, ...FORGERS]);
