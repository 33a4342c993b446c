import { serviceHardening } from './service-hardening';
import { servicePrivileges } from './service-privileges';
import { serviceSecrets } from './service-secrets';
import { serviceSelinux } from './service-selinux';

export const SERVICE_RULES = [serviceHardening, servicePrivileges, serviceSelinux, serviceSecrets];
