import { deviceEffect, givesHostAway } from '../../../hardening/private/devices';
import { defineRule } from '../../private/define-rule';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

export const hostDevices = defineRule({
  ruleId: 'BH-C23',
  title: 'devices of the host',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.18'],
  why: 'Access to a device bypasses all file permissions: a disk contains the files of every user, and a driver runs in the kernel of the host.',
  fix: 'remove the device; if the container needs it, suppress this finding for that device only, with the reason',
  resourceTypes: ['docker_container'],
  find: (container) => {
    const devices = container.blocks('devices').map((device) => device.rawText('host_path') ?? 'unnamed');
    const gpus = container.rawText('gpus');
    return [
      ...devices.map(violation),
      ...(gpus ? [{ detail: `gpus ${gpus}`, message: `'gpus' is '${gpus}'` }] : []),
      ...(container.text('runtime') === 'nvidia'
        ? [{ detail: 'runtime nvidia', message: "'runtime' is 'nvidia', which gives the container GPUs" }]
        : []),
      ...container.blocks('device_requests').slice(0, 1).map(() => ({ detail: 'device_requests', message: "'device_requests' gives the container devices" })), // prettier-ignore
    ];
  },
});

/** A device that gives access to the host is not only a warning. */
function violation(device: string): Violation {
  const [away, effect] = [givesHostAway(device), deviceEffect(device)];
  const why = away ?? effect;
  const message = `the container gets the device '${device}' of the host${why === undefined ? '' : `: ${why}`}`;
  return { detail: device, message, ...(away !== undefined && { severity: Severity.ERROR }) };
}
