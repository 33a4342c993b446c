import { addressBesideMode } from './address-beside-mode';
import { capabilitySpelling } from './capability-spelling';
import { checkDuplicate } from './check-duplicate';
import { daemonLogOptions } from './daemon-log-options';
import { deviceFields } from './device-fields';
import { durationSpelling } from './duration-spelling';
import { healthCheckEdits } from './health-check-edits';
import { ipv6HostEntry } from './ipv6-host-entry';
import { memoryWithoutSwap } from './memory-without-swap';
import { missingGateway } from './missing-gateway';
import { networkByName } from './network-by-name';
import { overlayOptions } from './overlay-options';
import { portBoundTwice } from './port-bound-twice';
import { portsWithoutWayOut } from './ports-without-way-out';

export const TRAP_RULES = [
  capabilitySpelling,
  memoryWithoutSwap,
  missingGateway,
  overlayOptions,
  addressBesideMode,
  portsWithoutWayOut,
  portBoundTwice,
  daemonLogOptions,
  healthCheckEdits,
  durationSpelling,
  networkByName,
  ipv6HostEntry,
  deviceFields,
  checkDuplicate,
];
