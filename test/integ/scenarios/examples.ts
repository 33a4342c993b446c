// The examples, as somebody who copies a folder and changes nothing would run them, with stand-ins for the images that they name.
// BULKHEAD_EXAMPLES names some of them alone.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { HardenedDaemon } from '../../../src';
import { PROJECT, withSources } from '../../docs/pages';
import type { Checks } from '../harness/checks';
import { declaredVersion } from '../harness/deployment';
import { needService } from '../harness/generate-images';
import { lowerUlimits } from '../harness/machine-limits';
import { play, StackDeployment } from '../harness/stack-stage';
import { DATABASES } from '../harness/stand-ins/databases';
import { EXAMPLES } from '../harness/stand-ins/examples';
import { WEB } from '../harness/stand-ins/mailcow';
import { NAMES } from '../harness/stand-ins/names';
import { prepareStandIns } from '../harness/stand-ins/stand-in';
import type { EngineId } from '../lab/cache';
import { must } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['26.1', '28.5', '29'];

const STAND_INS = [...DATABASES, ...WEB, ...NAMES, ...EXAMPLES];
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

/** What the page of an example tells its user to bring. */
const BRINGS: Readonly<Record<string, (lab: Lab) => void>> = {
  'web-app': (lab) => certificate(lab, '/srv/shop/tls'),
  nextcloud: (lab) => certificate(lab, '/srv/cloud/tls'),
};

export async function prepare(): Promise<void> {
  needService('haproxy');
  prepareStandIns(STAND_INS);
}

export function run(engine: EngineId, checks: Checks): void {
  const all = fs.readdirSync(FOLDER).filter((name) => !['start', 'three-tier'].includes(name));
  for (const what of process.env.BULKHEAD_EXAMPLES?.split(',') ?? all) {
    checks.step(
      what,
      () =>
      withLab(engine, (lab) => play({ checks, lab, what, standIns: STAND_INS, deployment: new ExampleDeployment(lab, what), bring: BRINGS[what] })), // prettier-ignore
    );
  }
}
