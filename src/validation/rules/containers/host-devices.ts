import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const hostDevices = defineRule({
  ruleId: 'BH-C23',
  title: 'devices of the host',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: ['5.18'],
  why: 'A device is reached past every file permission: a disk holds the files of all, and a driver runs in the kernel of the host.',
  fix: 'take the device out, and where it is needed, suppress this for that device alone with the reason',
  resourceTypes: ['docker_container'],
  find: (container) => {
    const devices = container.blocks('devices').map((device) => device.rawText('host_path') ?? 'unnamed');
    const gpus = container.rawText('gpus');
    return [
      ...devices.map((device) => ({ detail: device, message: `the device '${device}' of the host is handed in` })),
      ...(gpus ? [{ detail: `gpus ${gpus}`, message: `'gpus' is '${gpus}'` }] : []),
      ...(container.text('runtime') === 'nvidia'
        ? [{ detail: 'runtime nvidia', message: "'runtime' is 'nvidia', which hands in GPUs" }]
        : []),
      ...container.blocks('device_requests').slice(0, 1).map(() => ({ detail: 'device_requests', message: "'device_requests' hands in devices" })), // prettier-ignore
    ];
  },
});
