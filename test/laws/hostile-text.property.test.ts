import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Container } from '@cdktf/provider-docker/lib/container';
import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import { App, Aspects, TerraformStack } from 'cdktf';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import {
  BridgeSegment,
  Capability,
  Cidr,
  ConfigFile,
  ContainerImage,
  ContainerSysctl,
  ContainerUser,
  DataVolume,
  Device,
  EngineVersion,
  FirewallReview,
  HardenedContainer,
  type HardenedContainerProps,
  HealthCheck,
  LogDriver,
  Peer,
  Port,
  Requirement,
  SecureDefaults,
  Suppressions,
  Ulimit,
  VolumeMount,
  WorkloadGroup,
} from '../../src';
import { parseIptablesSave } from '../../src/firewall/private/iptables-text/parse-iptables-save';
import { literalText } from '../../src/private/late';
import { visible } from '../../src/private/readable';
import { filesUnder } from '../support/folders';
import { hostileText } from '../support/hostile';
import { IMAGE, newDaemon, terraformUnescape } from '../support/programs';
import { filesOfUserData } from '../support/user-data';

/** Law 7, over every public text: 5,000 with BULKHEAD_TEXTS=5000; a sample otherwise. */
const TEXTS = Number(process.env.BULKHEAD_TEXTS ?? 90);
/** Texts in one program: a synth each would take most of the time. */
const BATCH = 30;

interface Ground {
  readonly stack: TerraformStack;
  readonly daemon: ReturnType<typeof newDaemon>;
  readonly segment: BridgeSegment;
  /** A name of its own for each place. */
  readonly id: string;
}

/** Puts the text somewhere; gives back where Terraform must have it as it is. */
type Place = (ground: Ground, text: string) => ((json: any) => unknown) | void;

function container({ stack, segment, id }: Ground, props: Partial<HardenedContainerProps>, own = id): HardenedContainer {
  return new HardenedContainer(stack, own, { segment, image: IMAGE, ...props });
}

/** A property of a container, and where the same text is in Terraform's JSON. */
function property(props: (text: string) => Partial<HardenedContainerProps>, pick?: (container: any) => unknown): Place {
  return (ground, text) => {
    container(ground, { containerName: `c-${ground.id.toLowerCase()}`, ...props(text) });
    return (
      pick &&
      ((json) => pick(Object.values<any>(json.resource.docker_container).find(({ name }) => name === `c-${ground.id.toLowerCase()}`)))
    );
  };
}

const REASON = 'it is needed for a test';

const PLACES: Record<string, Place> = {
  'id of a container': (ground, text) => void container(ground, {}, `${ground.id}${text}`),
  'id of a segment': ({ stack, daemon, id }, text) => void new BridgeSegment(stack, `${id}${text}`, { daemon }),
  'id of a group': (ground, text) => {
    const [a, b] = ['a', 'b'].map((part) => container(ground, {}, `${ground.id}${part}`));
    const group = new WorkloadGroup(ground.stack, `${ground.id}${text}`, { members: [a] });
    group.connections.allowTo(b, Port.tcp(80));
  },
  'name of a network': ({ stack, daemon, id }, networkName) => void new BridgeSegment(stack, id, { daemon, networkName }),
  'name of a bridge': ({ stack, daemon, id }, bridgeName) => void new BridgeSegment(stack, id, { daemon, bridgeName }),
  'why publications are refused': ({ stack, daemon, id }, noPublicationsReason) =>
    void new BridgeSegment(stack, id, { daemon, noPublicationsReason }),
  'name of a container': property((containerName) => ({ containerName })),
  alias: property((alias) => ({ aliases: [alias] })),
  'name of the host inside': property((hostname) => ({ hostname })),
  'time zone': property((timeZone) => ({ timeZone })),
  'name of a label': property((text) => ({ labels: { [text]: 'x' } })),
  'value of a label': property(
    (text) => ({ labels: { greeting: text } }),
    ({ labels }) => labels[0].value,
  ),
  'tag of logs': property(
    (tag) => ({ logDriver: LogDriver.journald({ tag }) }),
    ({ log_opts: options }) => options.tag,
  ),
  runtime: property((runtime) => ({ runtime })),
  'reason of a device': property((reason) => ({ devices: [Device.of('/dev/net/tun', { reason })] })),
  command: property(
    (text) => ({ command: ['run', text] }),
    ({ command }) => command[1],
  ),
  'a command of one word': property(
    (text) => ({ command: [text] }),
    ({ command }) => command[0],
  ),
  entrypoint: property(
    (text) => ({ entrypoint: ['/bin/x', text] }),
    ({ entrypoint }) => entrypoint[1],
  ),
  'value of a variable': property(
    (text) => ({ environment: { GREETING: text }, notSecretReasons: {} }),
    ({ env }) => env[0].replace('GREETING=', ''),
  ),
  'name of a variable': property((text) => ({ environment: { [text]: 'x' } })),
  'why a variable is not secret': property((text) => ({ environment: { DB_PASSWORD: 'x' }, notSecretReasons: { DB_PASSWORD: text } })),
  'words of a health check': property(
    (text) => ({ healthCheck: HealthCheck.command(['true', text]) }),
    ({ healthcheck }) => healthcheck.test[2],
  ),
  'line of a health check': property(
    (text) => ({ healthCheck: HealthCheck.shell(text) }),
    ({ healthcheck }) => healthcheck.test[1],
  ),
  user: property((user) => ({ user: user as never })),
  'working directory': property((workingDirectory) => ({ workingDirectory })),
  'directory in memory': property((text) => ({ tmpfsMebibytes: { [text]: 1 } })),
  'why files in memory are executed': property((text) => ({ executableTmpfsReasons: { '/tmp': text } })),
  'why the root is writable': property((writableRootReason) => ({ writableRootReason })),
  'capability and its reason': property((text) => ({
    user: ContainerUser.root({ reason: 'its image has no other user' }),
    capabilities: [Capability.of('SYS_NICE', { reason: text })],
  })),
  'reason of root at start': property((text) => ({
    user: ContainerUser.rootAtStart({ reason: text }),
    capabilities: [Capability.SETUID, Capability.SETGID],
  })),
  'name of a capability': property((text) => ({
    user: ContainerUser.root({ reason: 'its image has no other user' }),
    capabilities: [Capability.of(text, { reason: REASON })],
  })),
  resolver: property((text) => ({ dns: { servers: [text] } })),
  'domain to search': property((text) => ({ dns: { searchDomains: [text] } })),
  'option of the resolver': property((text) => ({ dns: { options: [text] } })),
  'name in the hosts file': property((text) => ({ hostEntries: { [text]: '192.0.2.9' } })),
  'address in the hosts file': property((text) => ({ hostEntries: { other: text } })),
  'static address': property((ipv4Address) => ({ ipv4Address })),
  'name of a sysctl': property((text) => ({ sysctls: [ContainerSysctl.of(text, '1')] })),
  'value of a sysctl': property((text) => ({ sysctls: [ContainerSysctl.of('net.core.somaxconn', text)] })),
  'name of a limit': property((limitName) => ({ limits: { ulimits: [{ limitName, soft: 1, hard: 1 } as Ulimit] } })),
  'reference of an image': property((text) => ({ image: ContainerImage.fromRegistry(text) })),
  'why an image has a tag': property((tagReason) => ({ image: ContainerImage.fromRegistry('nginx:1', { tagReason }) })),
  'id of an image': property((text) => ({ image: ContainerImage.fromId(text) })),
  'path on the host': property((text) => ({ volumes: [VolumeMount.hostPath(text, '/data')] })),
  'path in the container': property((text) => ({ volumes: [VolumeMount.hostPath('/srv/data', text)] })),
  'path of a config file': property((text) => ({ configFiles: { files: [ConfigFile.fromText(text, '')] } })),
  'text of a config file': property((text) => ({ configFiles: { files: [ConfigFile.fromText('/etc/a', text)] } })),
  'value in a config file': property((text) => ({
    configFiles: { files: [ConfigFile.fromText('/etc/a', '{{ a }}', { values: { a: text } })] },
  })),
  'mode of a config file': property((mode) => ({ configFiles: { files: [ConfigFile.fromText('/etc/a', '', { mode })] } })),
  'name of a volume': ({ stack, daemon, id }, volumeName) => void new DataVolume(stack, id, { daemon, volumeName }),
  'address of a publication': (ground, hostAddress) =>
    void container(ground, {}).publish(Port.tcp(443), { hostAddress, sources: [Peer.anyIpv4()] }),
  'source of a publication': (ground, text) => void container(ground, {}).publish(Port.tcp(444), { sources: [Peer.cidr(text)] }),
  block: (_, text) => void Cidr.parse(text),
  'version of an engine': (_, text) => void EngineVersion.of(text),
  'rules of a host': (_, text) => {
    const { findings } = FirewallReview.of({ engine: EngineVersion.V28, ipv4Rules: text });
    findings.forEach(({ rule, statement, commands }) => shows(`${rule} ${statement} ${commands.join(' ')}`));
  },
  'reason of a suppression': ({ stack }, reason) => void Suppressions.of(stack).add({ ruleId: 'BH-C01', reason }),
  'detail of a suppression': ({ stack }, detail) => void Suppressions.of(stack).add({ ruleId: 'BH-C01', reason: REASON, detail }),
  'ticket of a suppression': ({ stack }, ticket) => void Suppressions.of(stack).add({ ruleId: 'BH-C01', reason: REASON, ticket }),
  'day of a suppression': ({ stack }, expires) => void Suppressions.of(stack).add({ ruleId: 'BH-C01', reason: REASON, expires }),
  'name of a claim': (_, text) => void Requirement.unreachable(Peer.cidr(text), Peer.host()),
};

/** What a message must be: seen in full, not endless. */
function shows(message: string): void {
  expect(visible(message)).toBe(message);
  expect(message.length).toBeLessThan(9_000);
}

const EXPRESSIONS = /^\$\{docker_[a-z_]+\.[\w-]+\.[\w.]+\}$/;

/** No text is evaluated but references of the program itself, and all of it is text of Terraform's syntax. */
function isTerraform(value: unknown): void {
  if (typeof value === 'string') {
    if (!EXPRESSIONS.test(value)) terraformUnescape(value);
  } else if (typeof value === 'object' && value !== null) {
    Object.entries(value).forEach(([key, inner]) => {
      // A remark, which Terraform does not read.
      if (key === '//') return;
      isTerraform(key);
      isTerraform(inner);
    });
  }
}

/** Everything that a synth writes, read back by what will read it. */
function readBack(folder: string): any {
  const json = JSON.parse(fs.readFileSync(path.join(folder, 'cdk.tf.json'), 'utf8'));
  isTerraform(json.resource);
  const bulkhead = path.join(folder, 'bulkhead');
  const text = (...names: string[]) => fs.readFileSync(path.join(bulkhead, ...names), 'utf8');
  expect(visible(text('validation.md'))).toBe(text('validation.md'));
  JSON.parse(text('validation.json'));
  expect(JSON.parse(text('validation.sarif')).runs).toHaveLength(1);
  const [host] = fs.readdirSync(bulkhead).filter((name) => fs.existsSync(path.join(bulkhead, name, 'user-data')));
  for (const script of ['install.sh', 'verify.sh']) isShell(text(host, script));
  const userData = text(host, 'user-data');
  expect(Object.keys(parse(userData)).sort()).toEqual(['bootcmd', 'merge_how', 'package_update', 'packages', 'runcmd']);
  const files = filesOfUserData(userData);
  for (const { path: place, content } of files) isOfKind(place, content);
  expect(filesUnder(path.join(bulkhead, host, 'host'))).toEqual(
    Object.fromEntries(files.map((file) => [file.path.slice(1), file.content])),
  );
  for (const name of ['report.md', 'topology.json', 'matrix.json']) expect(visible(text(host, name))).toBe(text(host, name));
  for (const name of ['topology.json', 'matrix.json']) expect(JSON.parse(text(host, name)).version).toBe(1);
  return json;
}

function isShell(text: string): void {
  execFileSync('sh', ['-n'], { input: text });
}

const UNIT_LINE = /^(\[(Unit|Service|Install|Timer|Match|Link|keyfile)\]|[A-Za-z][A-Za-z-]*=.*|#.*|)$/;

function isOfKind(place: string, text: string): void {
  if (/rules\.v[46]$/.test(place)) {
    const { notUnderstood, chains } = parseIptablesSave(text, place.endsWith('6') ? 'ipv6' : 'ipv4');
    expect(notUnderstood).toEqual([]);
    expect(chains.length).toBeGreaterThan(0);
  } else if (/\.(service|timer)$|docker\.service\.d/.test(place)) {
    text.split('\n').forEach((line) => expect(line).toMatch(UNIT_LINE));
  } else if (place.endsWith('.json')) {
    JSON.parse(text);
  } else if (place.includes('sbin')) {
    isShell(text);
  }
}

/** Texts that were found again in Terraform's JSON. */
let compared = 0;

interface Draw {
  readonly place: string;
  readonly text: string;
}

function inFolder(look: (folder: string) => void): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bh-texts-'));
  try {
    look(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A program with all the texts; what it refuses is refused with words, and the rest is written and read back. */
function written(draws: readonly Draw[]): void {
  inFolder((outdir) => {
    const app = new App({ outdir });
    const stack = new TerraformStack(app, 'app');
    const daemon = newDaemon(stack);
    const segment = new BridgeSegment(stack, 'Front', { daemon });
    const accepted = draws.flatMap((draw, index) => {
      try {
        return [{ ...draw, pick: PLACES[draw.place]({ stack, daemon, segment, id: `C${index}x` }, draw.text) }];
      } catch (error) {
        isRefusal(error as Error);
        return [];
      }
    });
    try {
      app.synth();
    } catch (error) {
      // Another text may be the cause, and the others are to be read back all the same.
      if (accepted.length > 1) accepted.forEach((draw) => written([draw]));
      else shows((error as Error).message);
      return;
    }
    const json = readBack(path.join(outdir, 'stacks/app'));
    for (const { text, pick } of accepted) {
      if (!pick) continue;
      expect(terraformUnescape(pick(json) as string)).toBe(text);
      compared++;
    }
  });
}

/** Raw resources with the texts: rules quote them in errors and in every report. */
function quoted(draws: readonly Draw[]): void {
  inFolder((outdir) => {
    const stack = new TerraformStack(new App({ outdir }), 'raw');
    new DockerProvider(stack, 'Docker', {});
    Aspects.of(stack).add(new SecureDefaults());
    draws.forEach(({ text }, index) => {
      const value = literalText(text);
      new Container(stack, `C${index}`, {
        name: `c-${index}`,
        image: value,
        user: value,
        env: [`PASSWORD=${value}`],
        capabilities: { add: [value] },
      });
    });
    try {
      (stack.node.root as App).synth();
    } catch (error) {
      // Each finding is a message of its own.
      (error as Error).message.split('\n').forEach(shows);
    }
    const reports = path.join(outdir, 'stacks/raw/bulkhead');
    const report = (name: string) => fs.readFileSync(path.join(reports, name), 'utf8');
    report('validation.md')
      .split('\n')
      .forEach((line) => expect(visible(line)).toBe(line));
    expect(JSON.parse(report('validation.json')).findings.length).toBeGreaterThan(draws.length);
    expect(JSON.parse(report('validation.sarif')).runs).toHaveLength(1);
  });
}

function isRefusal({ name, message }: Error): void {
  expect(`${name}: ${message}`).toMatch(/^(Unscoped)?ValidationError: [\s\S]*\([A-Z][A-Za-z0-9]+\)$/);
  shows(message);
}

test(`${TEXTS} hostile texts, each in one of ${Object.keys(PLACES).length} places, stay texts`, () => {
  const draw = fc.record({ place: fc.constantFrom(...Object.keys(PLACES)), text: hostileText });
  fc.assert(
    fc.property(fc.array(draw, { minLength: BATCH, maxLength: BATCH }), (draws) => {
      written(draws);
      quoted(draws);
    }),
    { numRuns: Math.ceil(TEXTS / BATCH), endOnFailure: true },
  );
  // A run in which everything is refused would show nothing.
  expect(compared).toBeGreaterThan(TEXTS / 50);
});
