import { Capability, ContainerUser, HealthCheck, ReplicaGroup, RestartPolicy } from '../../../src';
import { IMAGE, type Program } from '../../support/programs';
import { type Entry, program, told } from '../entry';

const READY = HealthCheck.command(['pg_isready']);
const two = (p: Program, healthCheck?: HealthCheck, restartPolicy?: RestartPolicy) => {
  const segment = p.segment('App');
  return [p.container('Db', segment, { healthCheck, ...(restartPolicy && { restartPolicy }) }), p.container('Api', segment)];
};

/** A container that is to start or to end in a way that is refused, and as the message says; what is looked at is its resource. */
function container(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: object,
  mended: object,
  check: (resource: any) => unknown,
): Entry {
  return program(code, told('app/Web', says, follow), (p, isMended) => {
    p.container('Web', p.segment('Front'), isMended ? mended : bad);
    return (s) => check(s.container());
  });
}

const AT_START = {
  user: ContainerUser.rootAtStart({ reason: 'the entry point makes its folders' }),
  capabilities: [Capability.SETUID, Capability.SETGID],
};

/** How containers start and end: in which order, with which process first, by which signal, and several at once. */
export const STARTS: readonly Entry[] = [
  program('StartCycle', told('app/Db', "'app/Db' after 'app/Api' after 'app/Db'", 'remove one of these calls'), (p, isMended) => {
    const [db, api] = two(p);
    api.startAfter(db);
    if (!isMended) db.startAfter(api);
    return (s) => s.container('app-api').depends_on.length === 1;
  }),
  program('StartWithoutHealth', told('app/Api', "'app/Db' has no 'healthCheck'", "HealthCheck.command(['pg_isready'])"), (p, isMended) => {
    const [db, api] = two(p, isMended ? READY : undefined);
    api.startAfter(db, { healthy: true });
    return (s) => s.container('app-db').wait;
  }),
  program(
    'StartWithoutEnd',
    told('app/Api', "'app/Db', which the engine starts again", "'restartPolicy: RestartPolicy.NO'"),
    (p, isMended) => {
      const [db, api] = two(p, undefined, isMended ? RestartPolicy.NO : undefined);
      api.startAfter(db, { completed: true });
      return (s) => s.container('app-db').attach;
    },
  ),
  program('StartWithoutEnd', told('app/Api', "'completed' for one that ends", 'remove one of them'), (p, isMended) => {
    const [db, api] = two(p, READY, RestartPolicy.NO);
    api.startAfter(db, { completed: true, healthy: !isMended });
    return (s) => s.container('app-db').attach;
  }),
  program('StartTimeout', told('app/Api', 'may take 1', "set 'timeoutSeconds' to 1140 or less"), (p, isMended) => {
    const [db, api] = two(p, HealthCheck.command(['/healthy'], { startPeriodSeconds: 1_200 }));
    api.startAfter(db, { healthy: true, ...(isMended && { timeoutSeconds: 1_140 }) });
    return (s) => s.container('app-db').wait_timeout === 1_140;
  }),
  program('StartTimeout', told('app/Api', "'timeoutSeconds'", "needs 'healthy: true'"), (p, isMended) => {
    const [db, api] = two(p, READY);
    api.startAfter(db, { healthy: isMended, timeoutSeconds: 90 });
    return (s) => s.container('app-db').wait_timeout === 90;
  }),
  container(
    'StopSignal',
    ["'stopSignal'", "got '15'"],
    'SIGHUP, SIGINT, SIGKILL, SIGPWR, SIGQUIT, SIGTERM',
    { stopSignal: '15' },
    { stopSignal: 'SIGTERM' },
    (r) => r.stop_signal === 'SIGTERM',
  ),
  container(
    'InitKeepsRoot',
    ["'init' is true", 'ContainerUser.rootAtStart()'],
    "remove 'init'",
    { ...AT_START, init: true },
    AT_START,
    (r) => r.init === false,
  ),
  ...(
    [
      ['got 0', 'a whole number from 1 to 100', { replicas: 0 }],
      ["'ipv4Address' cannot hold for several containers", 'remove it', { ipv4Address: '10.20.0.9' }],
      ["got 'web_1'", "a DNS label of at least two letters, digits and '-'", { containerName: 'web_1' }],
    ] as const
  ).map(([says, follow, bad]) =>
    program('ReplicaValue', told('app/Web', says, follow), (p, isMended) => {
      new ReplicaGroup(p.stack, 'Web', { segment: p.segment('Front'), image: IMAGE, replicas: 2, ...(isMended ? {} : bad) });
      return (s) => s.names('docker_container').join() === 'app-web-1,app-web-2';
    }),
  ),
];
