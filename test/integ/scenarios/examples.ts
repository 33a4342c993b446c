// The examples, as somebody who copies a folder and changes nothing would run them, with stand-ins for the images that they name.
// Each is a scenario of its own, so that it takes its turn alone.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import type { Scenario } from './index';
import { HardenedDaemon } from '../../../src';
import { PROJECT, withSources } from '../../docs/pages';
import type { Checks } from '../harness/checks';
import { declaredVersion } from '../harness/deployment';
import { lowerUlimits } from '../harness/machine-limits';
import { play, prepareStage, StackDeployment, type Used } from '../harness/stack-stage';
import { DATABASES } from '../harness/stand-ins/databases';
import { EXAMPLES } from '../harness/stand-ins/examples';
import { WEB } from '../harness/stand-ins/mailcow';
import { METRICS } from '../harness/stand-ins/metrics';
import { NAMES } from '../harness/stand-ins/names';
import { VPN } from '../harness/stand-ins/vpn';
import { behind, newKey, serverSettings, TUNNEL, tunnelReaches } from '../harness/wireguard';
import type { EngineId } from '../lab/cache';
import { must, until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

const ENGINES: readonly EngineId[] = ['26.1', '28.5', '29'];

const STAND_INS = [...DATABASES, ...WEB, ...NAMES, ...METRICS, ...VPN, ...EXAMPLES];
const FOLDER = path.join(PROJECT, 'examples');

/** The program of an example in a folder of its own, with the engine that the lab has. */
class ExampleDeployment extends StackDeployment {
  private stack?: TerraformStack;
  private count = 0;

  constructor(
    lab: Lab,
    private readonly example: string,
  ) {
    super(lab, () => undefined);
    fs.cpSync(path.join(FOLDER, example), this.dir, { recursive: true });
    fs.symlinkSync(path.join(PROJECT, 'node_modules'), path.join(this.dir, 'node_modules'));
  }

  override get stackDir(): string {
    return path.join(this.dir, 'cdktf.out', 'stacks', this.stack!.node.id);
  }

  override synth(): void {
    const text = fs.readFileSync(path.join(FOLDER, this.example, 'main.ts'), 'utf8');
    const engine = `EngineVersion.of('${declaredVersion(this.lab).version}'), liveRestore: ${this.settings.liveRestore}`;
    const file = path.join(this.dir, `main-${this.count++}.ts`);
    fs.writeFileSync(file, withSources(text).replace('EngineVersion.V28', engine));
    const [cwd, synth] = [process.cwd(), App.prototype.synth];
    let app: App | undefined;
    App.prototype.synth = function (this: App) {
      app = this;
      synth.call(this);
    };
    try {
      process.chdir(this.dir);
      createRequire(file)(file);
    } finally {
      process.chdir(cwd);
      App.prototype.synth = synth;
    }
    const all = app!.node.findAll();
    this.stack = all.find((each): each is TerraformStack => each instanceof TerraformStack);
    this.daemon = all.find((each): each is HardenedDaemon => each instanceof HardenedDaemon)!;
    // The program means the engine of the machine that Terraform runs on.
    const provider = { docker: [{ host: this.lab.dockerHost }] };
    fs.writeFileSync(path.join(this.stackDir, 'lab_override.tf.json'), JSON.stringify({ provider }));
    this.lowered = lowerUlimits(this.lab, this.programFile);
  }
}

/** A certificate for nginx, readable for its group. */
function certificate(lab: Lab, folder: string): void {
  const dir = path.join(lab.labDir, 'tls');
  fs.mkdirSync(dir);
  must('making a certificate', ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=shop.example.com', '-keyout', `${dir}/key.pem`, '-out', `${dir}/cert.pem`]); // prettier-ignore
  lab.mustHost('bringing it', ['sh', '-c', `install -d -m 0750 -g 101 ${folder} && cp /lab/tls/*.pem ${folder} && chgrp 101 ${folder}/* && chmod 0640 ${folder}/*`]); // prettier-ignore
}

const TUNNEL_KEYS = { server: newKey(), client: newKey(), port: 51_820 };

/** As the page says it, with keys of the lab. */
function tunnelSettings(lab: Lab): void {
  const more = [`Address = ${TUNNEL.gateway}/24`, 'PostUp = iptables -t nat -A POSTROUTING ! -o wg0 -j MASQUERADE'];
  lab.mustHost('putting the settings', ['/usr/local/sbin/bulkhead-secret', 'put', 'wg0.conf'], {
    input: serverSettings(TUNNEL_KEYS, more),
  });
}

/** What the page of an example tells its user to bring. */
const BRINGS: Readonly<Record<string, (lab: Lab) => void>> = {
  'web-app': (lab) => certificate(lab, '/srv/shop/tls'),
  nextcloud: (lab) => certificate(lab, '/srv/cloud/tls'),
  'vpn-gateway': tunnelSettings,
};

/** Prometheus has values that node exporter read of the host. */
function collected({ checks, lab, what }: Used): void {
  const value = (query: string) => lab.host(['docker', 'exec', 'monitoring-prometheus', 'wget', '-q', '-O', '-', `http://127.0.0.1:9090/api/v1/query?query=${query}`]).stdout; // prettier-ignore
  let said = '';
  const total = lab.host(['sed', '-n', 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p', '/proc/meminfo']).stdout.trim();
  const bytes = `"${Number(total) * 1024}"`;
  const has = until(() => (said = value('node_memory_MemTotal_bytes')).includes(bytes), 45_000);
  checks.shown(`${what}: Prometheus has the memory of the host`, has, `${bytes} ${said}`);
  const load = value('node_load1');
  checks.shown(`${what}: and its load, as the page asks for it`, /"value":\[[\d.]+,"[\d.]+"\]/.test(load), load);
}

/** What is used by its own protocol. */
const USES: Readonly<Record<string, (given: Used) => void>> = {
  monitoring: collected,
  'vpn-gateway': (given) => {
    const services = { 'vpn-wiki': 3000, 'vpn-tickets': 8080 };
    const open = Object.entries(services).map(([name, port]) => ({ address: behind(given.lab, 'vpn-gateway', name), port }));
    tunnelReaches(given, TUNNEL_KEYS, 'vpn-gateway', open);
  },
};

const prepare = () => prepareStage(STAND_INS);

function run(what: string, engine: EngineId, checks: Checks): void {
  checks.step(
    what,
    () =>
    withLab(engine, (lab) => play({ checks, lab, what, standIns: STAND_INS, deployment: new ExampleDeployment(lab, what), bring: BRINGS[what], uses: USES[what], keyed: [TUNNEL_KEYS.port] })), // prettier-ignore
  );
}

/** The demo plays the three tiers. `start` is the first program of the README. */
const NAMES_OF_EXAMPLES = fs.readdirSync(FOLDER).filter((name) => name !== 'three-tier');

export const examples: Readonly<Record<string, Scenario>> = Object.fromEntries(
  NAMES_OF_EXAMPLES.map((what) => [`example-${what}`, { engines: ENGINES, prepare, run: (engine, checks) => run(what, engine, checks) }]),
);
