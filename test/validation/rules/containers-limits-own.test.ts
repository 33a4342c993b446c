import {
  Capability,
  ContainerImage,
  ContainerUser,
  DaemonConnection,
  EncryptedOverlay,
  HardenedService,
  HealthCheck,
  Port,
  RestartPolicy,
  RulePack,
  Rules,
  Severity,
  SupplyChain,
  SwarmSecret,
  VolumeMount,
} from '../../../src';
import { StackPass } from '../../../src/validation/stack-pass';
import { Program } from '../../support/programs';
import { short } from '../../support/raw-stack';
import { SwarmProgram } from '../../support/swarms';
import { daemonJson } from '../../support/verdict';

/** Rules of containers from BH-C18 on, and those of images, services and providers, also where they are in no pack by themselves. */
const RULES = Rules.all().filter(({ ruleId }) => /^BH-(C(1[89]|[23]\d)|[ISV]\d+)$/.test(ruleId));
const PULLED = ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`);

function found(program: { readonly stack: Program['stack'] }, least: Severity): string[] {
  const weights = [Severity.INFO, Severity.WARNING, Severity.ERROR];
  const findings = new RulePack({ packName: 'T', rules: RULES }).check(program.stack);
  return short(findings.filter(({ severity }) => weights.indexOf(severity) >= weights.indexOf(least)));
}

describe('what our constructs make', () => {
  test('all rules are asked', () => {
    expect(RULES.map(({ ruleId }) => ruleId)).toHaveLength(2 + 16 + 4 + 5 + 4 + 3);
  });

  test('a container lacks the health check alone, which a prop brings', () => {
    const program = new Program({
      connection: DaemonConnection.ssh({ host: '192.0.2.10', user: 'admin', hostKeys: [`ssh-ed25519 ${'A'.repeat(68)}`] }),
    });
    const front = program.segment('Front');
    const web = program.container('Web', front, { image: PULLED, environment: { DB_PASSWORD_FILE: '/run/db' }, volumes: [VolumeMount.hostPath('/srv/db', '/run/db')], restartPolicy: RestartPolicy.onFailure(3) }); // prettier-ignore
    web.publish(Port.tcp(443));
    program.container('Db', front, { healthCheck: HealthCheck.command(['pg_isready']), restartPolicy: RestartPolicy.onFailure(5) });
    expect(found(program, Severity.WARNING)).toEqual(['BH-C22 app/Web/Resource none']);
    expect(found(program, Severity.INFO).filter((text) => text.includes('/Db/'))).toEqual([
      'BH-C28 app/Db/Resource pids',
      'BH-C30 app/Db/Resource json-file',
    ]);
    expect(short(new SupplyChain({ registries: ['registry.example'] }).check(program.stack))).toEqual([]);
    expect(new SupplyChain({ registries: ['docker.io'] }).check(program.stack)).toMatchObject([{ ruleId: 'BH-I03' }]);
  });

  test('more restarts than the benchmark wants, and connections by TLS', () => {
    const program = new Program({ connection: DaemonConnection.tls({ host: '192.0.2.10', certificateDirectory: '/certs' }) });
    program.container('Web', program.segment('Front'), { healthCheck: HealthCheck.command(['probe']), restartPolicy: RestartPolicy.onFailure(6) }); // prettier-ignore
    expect(found(program, Severity.WARNING)).toEqual(['BH-C21 app/Web/Resource max_retry_count']);
  });

  test('a service has nothing against it once its engines are known', () => {
    const program = new SwarmProgram();
    const overlay = new EncryptedOverlay(program.stack, 'Net', { cluster: program.cluster });
    const secrets = [SwarmSecret.of({ secretId: 'a'.repeat(25), secretName: 'db' })];
    new HardenedService(program.stack, 'Web', { overlay, image: PULLED, secrets, environment: { DB_PASSWORD_FILE: '/run/secrets/db' } });
    StackPass.of(program.stack).addSubjects(() => [1, 2, 3].map((index) => daemonJson({ 'no-new-privileges': true }, index)));
    expect(found(program, Severity.INFO)).toEqual([]);
  });

  test('reasons in props answer the rules that ask for one', () => {
    const reasons = {
      image: ContainerImage.fromRegistry('registry.example/shop:1.2', { tagReason: 'the registry refuses to move tags' }),
      environment: { TOKEN: 'public' },
      notSecretReasons: { TOKEN: 'printed on every page' },
      writableRootReason: 'its installer writes to /opt',
      user: ContainerUser.root({ reason: 'its image has no other user' }),
      capabilities: [
        Capability.of('SYS_NICE', { reason: 'pins its threads' }),
        Capability.of('SYS_PTRACE', { reason: 'it is a debugger' }),
      ],
      healthCheck: HealthCheck.none({ reason: 'its check asks what is not here' }),
    };
    const program = new Program();
    program.container('Web', program.segment('Front'), reasons);
    const swarm = new SwarmProgram();
    const overlay = new EncryptedOverlay(swarm.stack, 'Net', { cluster: swarm.cluster });
    new HardenedService(swarm.stack, 'Web', { overlay, ...reasons });
    StackPass.of(swarm.stack).addSubjects(() => [1, 2, 3].map((index) => daemonJson({ 'no-new-privileges': true }, index)));
    const states = ({ stack }: { readonly stack: Program['stack'] }) =>
      new RulePack({ packName: 'T', rules: RULES })
        .check(stack)
        .filter(({ severity }) => severity !== Severity.INFO)
        .map(({ ruleId, detail, state, reason }) => [ruleId, detail, state, reason]);
    const restarts = expect.stringContaining('it has to run again after a restart');
    expect(states(program)).toEqual([
      ['BH-I02', 'registry.example/shop:1.2', 'suppressed', 'the registry refuses to move tags'],
      ['BH-C21', 'unless-stopped', 'suppressed', restarts],
      ['BH-C22', 'none', 'suppressed', 'its check asks what is not here'],
      ['BH-C26', 'TOKEN', 'suppressed', 'printed on every page'],
    ]);
    expect(states(swarm)).toEqual([
      ['BH-S01', 'SYS_PTRACE', 'suppressed', 'it is a debugger'],
      ['BH-I02', 'registry.example/shop:1.2', 'suppressed', 'the registry refuses to move tags'],
      ['BH-S01', 'read_only', 'suppressed', 'its installer writes to /opt'],
      ['BH-S01', 'root', 'suppressed', 'its image has no other user'],
      ['BH-S04', 'TOKEN', 'suppressed', 'printed on every page'],
    ]);
  });
});
