// Brings a program of ours to a lab's host the way a user would: synth, run the emitted install script, start the engine, terraform apply.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  AddressBook,
  Cidr,
  ContainerImage,
  DaemonConnection,
  type DaemonProps,
  EngineVersion,
  HardenedDaemon,
  type HardenedDaemonProps,
  type IDaemon,
} from '../../../src';
import { outputFolder } from '../../../src/reports/private/output-folder';
import type { RunResult } from '../lab/exec';
import type { Lab } from '../lab/lab';
import * as terraform from '../lab/terraform';

export const HOST_ADDRESS = '192.0.2.10';
export const STACK = 'app';

export interface Given {
  readonly stack: TerraformStack;
  readonly daemon: IDaemon;
  /** The lab's own image, by id. */
  readonly image: ContainerImage;
}

export type Program = (given: Given) => void;

export interface DeploymentOptions {
  readonly daemon?: Partial<HardenedDaemonProps>;
}

/** The engine's own word before it runs; never assumed, since a distribution moves on. */
export function declaredVersion(lab: Lab): EngineVersion {
  const text = lab.mustHost('asking the engine for its version', ['dockerd', '--version']);
  return EngineVersion.of(/version v?(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? text.trim());
}

/** Whether the engine of a daemon is the version or a later one. */
export function isAtLeast({ _declarations }: IDaemon, version: string): boolean {
  return EngineVersion.of(_declarations.store.engine.version).isAtLeast(version);
}

/** Whether the engine writes rules for IPv6: before, it translates none of its addresses and publishes on none. */
export function translatesIpv6(daemon: IDaemon): boolean {
  return isAtLeast(daemon, '27.0');
}

export class Deployment {
  readonly dir: string;
  daemon!: IDaemon;
  protected imageId?: string;
  private generation = 0;
  private watching = false;

  constructor(
    readonly lab: Lab,
    private program: Program,
    private readonly options: DeploymentOptions = {},
  ) {
    this.dir = path.join(lab.runDir, 'program');
    fs.mkdirSync(this.dir, { recursive: true });
    // The lock file lies beside cdktf.json, as in a user's project.
    fs.writeFileSync(path.join(this.dir, 'cdktf.json'), '{"language":"typescript","app":"true"}\n');
  }

  get stackDir(): string {
    return path.join(this.dir, `cdktf.out`, 'stacks', STACK);
  }

  get hostFiles(): string {
    return path.join(this.stackDir, 'bulkhead', outputFolder(this.daemon.node.path));
  }

  synth(program: Program = this.program): void {
    this.program = program;
    this.generation++;
    const app = new App({ outdir: path.join(this.dir, 'cdktf.out') });
    // Under CI the lock is frozen by default; these programs are new each time.
    new AddressBook(app, 'AddressBook', { frozen: false });
    const stack = new TerraformStack(app, STACK);
    // By itself cdktf puts the state into the working directory, where runs at the same time would share it.
    new LocalBackend(stack, { path: path.join(this.dir, 'terraform.tfstate') });
    this.daemon = this.makeDaemon(stack, {
      engine: declaredVersion(this.lab),
      hostAddress: HOST_ADDRESS,
      addressPool: Cidr.parse('10.20.0.0/16'),
      connection: DaemonConnection.fromUrl(this.lab.dockerHost),
    });
    this.program({ stack, daemon: this.daemon, image: ContainerImage.fromId(this.imageId ?? `sha256:${'0'.repeat(64)}`) });
    app.synth();
  }

  /** Host files first, then the engine, then the workloads: the guard stands before anything can run. */
  up(): void {
    this.synth();
    this.install();
    this.lab.startEngine();
    this.watch();
    this.imageId = this.lab.importImage();
    this.apply();
  }

  install(): string {
    return this.lab.installFiles(path.join(this.hostFiles, 'install.sh'));
  }

  watch(): void {
    if (!this.watching) this.lab.startUnit('bulkhead-watch');
    this.watching = true;
  }

  apply(): void {
    this.synth();
    terraform.apply(this.stackDir, this.lab.terraformEnv());
  }

  /** The same where a failure may come of the machine, with the result; one resource at a time. */
  tryApplyInTurn(): RunResult {
    this.synth();
    return terraform.tryApply(this.stackDir, { ...this.lab.terraformEnv(), TF_CLI_ARGS_apply: '-parallelism=1' });
  }

  /** A changed program on a running host: the files first, since they only ever let through what both sides want. */
  change(program: Program): void {
    this.synth(program);
    this.install();
    terraform.apply(this.stackDir, this.lab.terraformEnv());
  }

  plan(): terraform.PlanResult {
    return terraform.plan(this.stackDir, this.lab.terraformEnv());
  }

  destroy(): void {
    terraform.destroy(this.stackDir, this.lab.terraformEnv());
  }

  protected makeDaemon(stack: TerraformStack, props: DaemonProps): IDaemon {
    return new HardenedDaemon(stack, 'Edge', { ...props, ...this.options.daemon });
  }
}
