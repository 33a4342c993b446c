import { Aspects, Testing } from 'cdktf';
import {
  Capability,
  ContainerImage,
  ContainerUser,
  DataVolume,
  EncryptedOverlay,
  FindingState,
  HardenedService,
  Port,
  RulePack,
  SecureDefaults,
  Severity,
  VolumeMount,
} from '../../../src';
import { CONTAINER_RULES } from '../../../src/validation/rules/containers';
import { Program } from '../../support/programs';
import { RawStack, short } from '../../support/raw-stack';
import { SwarmProgram } from '../../support/swarms';

/** Rules BH-C01 to BH-C17, also those that are in no pack by themselves. */
const RULES = CONTAINER_RULES.filter(({ ruleId }) => ruleId <= 'BH-C17');
const found = (program: { readonly stack: Program['stack'] }) => new RulePack({ packName: 'T', rules: RULES }).check(program.stack);

describe('what our constructs make', () => {
  test('has nothing against it by default, and with volumes', () => {
    const program = new Program();
    const data = new DataVolume(program.stack, 'Data', { daemon: program.daemon });
    const front = program.segment('Front');
    program.container('Web', front).publish(Port.tcp(443));
    program.container('Db', front, {
      volumes: [VolumeMount.volume(data, '/data'), VolumeMount.hostPath('/srv/data', '/srv'), VolumeMount.hostPath('/home/app', '/home')],
      tmpfsMebibytes: { '/tmp': 16, '/cache': 32 },
    });
    expect(RULES).toHaveLength(17);
    // What sets the owner of the volume is root, and says why by itself.
    expect(found(program).map(({ path, ruleId, detail, state }) => [path, ruleId, detail, state])).toEqual([
      ['app/Data/Owner/Resource', 'BH-C17', 'root', FindingState.SUPPRESSED],
    ]);
  });

  test('a service has nothing against it', () => {
    const program = new SwarmProgram();
    const image = ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`);
    const overlay = new EncryptedOverlay(program.stack, 'Net', { cluster: program.cluster });
    new HardenedService(program.stack, 'Web', { overlay, image });
    expect(short(found(program))).toEqual([]);
  });
});

describe('reasons in props', () => {
  const reasoned = () => {
    const program = new Program();
    program.container('Agent', program.segment('Alone'), {
      user: ContainerUser.root({ reason: 'its image has no other user' }),
      capabilities: [
        Capability.of('NET_ADMIN', { reason: 'sets routes of its tunnel' }),
        Capability.of('NET_RAW', { reason: 'pings its upstreams' }),
        Capability.of('SYS_NICE', { reason: 'pins its threads' }),
      ],
      writableRootReason: 'its installer writes to /opt',
      tmpfsMebibytes: { '/run': 16 },
      executableTmpfsReasons: { '/run': 'its supervisor executes files there' },
    });
    return program;
  };

  test('accept what they answer, and the report shows them', () => {
    expect(found(reasoned()).map(({ ruleId, detail, state, reason }) => [ruleId, detail, state, reason])).toEqual([
      ['BH-C13', 'NET_ADMIN', FindingState.SUPPRESSED, 'sets routes of its tunnel'],
      ['BH-C14', 'NET_RAW', FindingState.SUPPRESSED, 'pings its upstreams'],
      ['BH-C15', 'read_only', FindingState.SUPPRESSED, 'its installer writes to /opt'],
      ['BH-C17', 'root', FindingState.SUPPRESSED, 'its image has no other user'],
      ['BH-C16', '/run', FindingState.SUPPRESSED, 'its supervisor executes files there'],
    ]);
    expect(() => Testing.synth(reasoned().stack, true)).not.toThrow();
  });

  test('are not stale where nobody asks for them', () => {
    const program = reasoned();
    expect(short(new RulePack({ packName: 'T', rules: RULES.filter(({ ruleId }) => ruleId === 'BH-C02') }).check(program.stack))).toEqual(
      [],
    );
  });

  test('answer for nothing else', () => {
    const program = reasoned();
    const resource = program.stack.node.findAll().find(({ node }) => node.path === 'app/Agent/Resource') as any;
    resource.addOverride('capabilities.add', ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN']);
    const open = found(program).filter(({ state }) => state === FindingState.OPEN);
    expect(short(open)).toEqual(['BH-C13 app/Agent/Resource SYS_ADMIN']);
    expect(() => Testing.synth(program.stack, true)).toThrow(/'add' holds 'SYS_ADMIN'.*\(BH-C13\)/);
  });
});

test('a container that says nothing: each of these once, errors as errors', () => {
  const raw = new RawStack();
  raw.container('Web');
  const weights = new RulePack({ packName: 'T', rules: RULES }).check(raw.stack).map(({ ruleId, severity }) => [ruleId, severity]);
  expect(weights).toEqual([
    ['BH-C09', Severity.ERROR],
    ['BH-C12', Severity.WARNING],
    ['BH-C14', Severity.WARNING],
    ['BH-C15', Severity.WARNING],
    ['BH-C17', Severity.WARNING],
  ]);
  raw.add(new SecureDefaults());
  expect(Aspects.of(raw.stack).all).toHaveLength(1);
  expect(() => raw.app.synth()).toThrow(/\[raw\/Web] 'security_opts' lacks 'no-new-privileges:true'.*\(BH-C09\)/);
});
