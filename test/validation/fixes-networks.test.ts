import { followEach } from '../support/fixes/follow';
import { NETWORKS } from '../support/fixes/networks';

followEach(NETWORKS);
