// Each property of a container that can change takes effect with one apply, by a change in place or by a new container, and then the plan is empty.
import {
  BridgeSegment,
  Device,
  HardenedContainer,
  type HardenedContainerProps,
  HealthCheck,
  LogDriver,
  RestartPolicy,
  VolumeMount,
} from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['20.10', '28.5'];

interface Change {
  readonly what: string;
  readonly props: Partial<HardenedContainerProps>;
  /** What the engine says of it, by a template of `docker inspect`, and the answer. */
  readonly format: string;
  readonly answer: string;
}

const mounted = (of: string) => `{{range .Mounts}}{{if eq .Destination "/data"}}{{.${of}}}{{end}}{{end}}`;
const DATA = [VolumeMount.hostPath('/srv/one', '/data')];

/** One after the other; what a change does not name is as in the program before it. */
const CHANGES: readonly Change[] = [
  { what: 'a health check', props: { healthCheck: HealthCheck.command(['true'], { intervalSeconds: 90 }) }, format: '{{.Config.Healthcheck.Interval}}', answer: '1m30s' }, // prettier-ignore
  { what: 'its interval', props: { healthCheck: HealthCheck.command(['true'], { intervalSeconds: 60 }) }, format: '{{.Config.Healthcheck.Interval}}', answer: '1m0s' }, // prettier-ignore
  { what: 'a health check that is turned off', props: { healthCheck: HealthCheck.none({ reason: 'nothing to be asked of it' }) }, format: '{{.Config.Healthcheck.Test}}', answer: '[NONE]' }, // prettier-ignore
  { what: 'a line of the shell', props: { healthCheck: HealthCheck.shell('test -d / && true') }, format: '{{.Config.Healthcheck.Test}}', answer: '[CMD-SHELL test -d / && true]' }, // prettier-ignore
  { what: 'a mount', props: { volumes: DATA }, format: mounted('Source'), answer: '/srv/one' },
  {
    what: 'its source',
    props: { volumes: [VolumeMount.hostPath('/srv/two', '/data', { readOnly: false })] },
    format: mounted('Source'),
    answer: '/srv/two',
  },
  {
    what: 'a mount that is read-only now',
    props: { volumes: [VolumeMount.hostPath('/srv/two', '/data')] },
    format: mounted('RW'),
    answer: 'false',
  },
  { what: 'a size of a file system in memory', props: { tmpfsMebibytes: { '/tmp': 5 } }, format: '{{index .HostConfig.Tmpfs "/tmp"}}', answer: 'rw,noexec,nosuid,nodev,size=5m,mode=1777' }, // prettier-ignore
  { what: 'processor time', props: { limits: { cpuMillis: 500 } }, format: '{{.HostConfig.CpuQuota}}', answer: '50000' },
  {
    what: 'memory',
    props: { limits: { cpuMillis: 500, memoryMebibytes: 99 } },
    format: '{{.HostConfig.Memory}}',
    answer: `${99 * 1024 * 1024}`,
  },
  { what: 'the policy of restarts', props: { restartPolicy: RestartPolicy.onFailure(4) }, format: '{{.HostConfig.RestartPolicy}}', answer: '{on-failure 4}' }, // prettier-ignore
  {
    what: 'the one by default',
    props: { restartPolicy: undefined },
    format: '{{.HostConfig.RestartPolicy}}',
    answer: '{unless-stopped 0}',
  },
  { what: 'no restarts', props: { restartPolicy: RestartPolicy.NO }, format: '{{.HostConfig.RestartPolicy.Name}}', answer: 'no' },
  { what: 'an environment', props: { environment: { A: 'b' } }, format: '{{range .Config.Env}}{{.}} {{end}}', answer: 'A=b' },
  { what: 'a label', props: { labels: { team: 'shop' } }, format: '{{index .Config.Labels "team"}}', answer: 'shop' },
  { what: 'its value', props: { labels: { team: 'web' } }, format: '{{index .Config.Labels "team"}}', answer: 'web' },
  { what: 'a host name and an alias', props: { hostname: 'shop.example.test', aliases: ['auth.example.test'] }, format: '{{.Config.Hostname}} {{range .NetworkSettings.Networks}}{{.Aliases}}{{end}}', answer: 'shop.example.test [auth.example.test' }, // prettier-ignore
  { what: 'a group and shared memory', props: { extraGroups: [44], limits: { cpuMillis: 500, memoryMebibytes: 99, sharedMemoryMebibytes: 9 } }, format: '{{.HostConfig.GroupAdd}} {{.HostConfig.ShmSize}}', answer: '[44] 9437184' }, // prettier-ignore
  { what: 'a time zone and a terminal', props: { timeZone: 'Europe/Berlin', terminal: { tty: true } }, format: '{{.Config.Tty}}{{range .Config.Env}}{{if eq . "TZ=Europe/Berlin"}} {{.}}{{end}}{{end}}', answer: 'true TZ=Europe/Berlin' }, // prettier-ignore
  { what: 'a log driver', props: { logDriver: LogDriver.local({ files: 2 }) }, format: '{{.HostConfig.LogConfig}}', answer: '{local map[max-file:2 max-size:10m]}' }, // prettier-ignore
  { what: 'a device', props: { devices: [Device.of('/dev/net/tun', { reason: 'it makes a tunnel of its own' })] }, format: '{{.HostConfig.Devices}}', answer: '[{/dev/net/tun /dev/net/tun rw}]' }, // prettier-ignore
  { what: 'a stop timeout', props: { stopTimeoutSeconds: 3 }, format: '{{.Config.StopTimeout}}', answer: '3' },
  { what: 'a stop signal', props: { stopSignal: 'SIGQUIT' }, format: '{{.Config.StopSignal}}', answer: 'SIGQUIT' },
  { what: 'another one', props: { stopSignal: 'SIGRTMIN+3' }, format: '{{.Config.StopSignal}}', answer: 'SIGRTMIN+3' },
  { what: 'a stop signal that is taken away', props: { stopSignal: undefined }, format: '<{{.Config.StopSignal}}>', answer: '<>' },
  { what: 'no init process', props: { init: false }, format: '{{.HostConfig.Init}}', answer: 'false' },
  { what: 'an init process by default', props: { init: undefined }, format: '{{.HostConfig.Init}}', answer: 'true' },
];

const program =
  (props: Partial<HardenedContainerProps>): Program =>
  ({ stack, daemon, image }) => {
    new HardenedContainer(stack, 'Web', { segment: new BridgeSegment(stack, 'Front', { daemon }), image, ...props });
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program({}));
    lab.mustHost('directories to mount', ['mkdir', '-p', '/srv/one', '/srv/two']);
    deployment.up();
    let props: Partial<HardenedContainerProps> = {};
    for (const change of CHANGES) {
      props = { ...props, ...change.props };
      const before = asked(lab, change.format);
      checks.shown(`${change.what}: not so before`, !before.includes(change.answer), before);
      deployment.change(program(props));
      const after = asked(lab, change.format);
      checks.shown(`${change.what}: the engine has it after one apply`, after.includes(change.answer), after);
      const plan = deployment.plan();
      checks.shown(`${change.what}: then the plan is empty`, !plan.changes, plan.text);
    }
    deployment.destroy();
  });
}

function asked(lab: Lab, format: string): string {
  return lab.host(['docker', 'inspect', '--format', format, 'app-web']).stdout.trim();
}
