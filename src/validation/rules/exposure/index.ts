import { innerPortReachable } from './inner-port-reachable';
import { proxiedPublication } from './proxied-publication';
import { undeclaredPath } from './undeclared-path';
import { widerIpv6 } from './wider-ipv6';

export const EXPOSURE_RULES = [innerPortReachable, undeclaredPath, widerIpv6, proxiedPublication];
