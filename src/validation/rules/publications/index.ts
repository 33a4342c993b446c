import { innerPortPublished } from './inner-port-published';
import { pastForeignFirewall } from './past-foreign-firewall';
import { plainService } from './plain-service';
import { privilegedHostPort } from './privileged-host-port';
import { publishAllPorts } from './publish-all-ports';
import { servicePublished } from './service-published';
import { wildcardAddress } from './wildcard-address';

export const PUBLICATION_RULES = [
  wildcardAddress,
  privilegedHostPort,
  publishAllPorts,
  innerPortPublished,
  servicePublished,
  plainService,
  pastForeignFirewall,
];
