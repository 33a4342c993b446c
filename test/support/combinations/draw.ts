// Properties of containers from a seed. What is drawn says two things: how a program writes it, and what the documentation of the property promises for it.
// Nothing here asks the library.
import type { TerraformStack } from 'cdktf';
import type { ContainerImage, DataVolume, DataVolumeProps, HardenedContainer, IDaemon, ISegment, SecretFile } from '../../../src';
import { Random } from '../../integ/harness/generate';

/** Where the properties of a container become constructs. */
export interface Made {
  readonly stack: TerraformStack;
  readonly daemon: IDaemon;
  readonly segment: ISegment;
  readonly image: ContainerImage;
  /** A folder of the machine that runs the program. */
  readonly folder: string;
  readonly secret: () => SecretFile;
  readonly volume: (props: Partial<DataVolumeProps>) => DataVolume;
}

export interface MountFact {
  readonly target: string;
  readonly readOnly: boolean;
  /** As `stat` writes them; undefined where nothing is promised. */
  readonly owner?: string;
  readonly mode?: string;
}

/** What a container has, by the documentation; the defaults are those of `HardenedContainerProps`. */
export interface Facts {
  network: 'segment' | 'host' | 'none';
  replicas: number;
  name?: string;
  user: { mode: 'fixed' | 'start' | 'root'; uid: number; gid: number };
  groups: number[];
  capabilities: string[];
  readOnlyRoot: boolean;
  tmpfs: Record<string, number>;
  /** Those from which files can be executed. */
  executable: string[];
  /** Left out where something else is mounted. */
  tmpfsOfProfile: Record<string, number>;
  memory: number;
  cpuMillis: number;
  logMebibytes: number;
  sharedMemory: number;
  ulimits: Record<string, readonly [number, number]>;
  sysctls: Record<string, string>;
  environment: Record<string, string>;
  labels: Record<string, string>;
  hostname?: string;
  words?: string[];
  workingDirectory?: string;
  init?: boolean;
  stopSignal?: string;
  stopTimeout: number;
  health?: { test: string[]; interval: number; timeout: number; start: number; retries: number; passes: boolean };
  restart: readonly [string, number];
  log: { driver: string; options: Record<string, string> };
  devices: Record<string, string>;
  tty: boolean;
  stdin: boolean;
  runtime: string;
  mounts: MountFact[];
  secretFolder?: { folder: string; owner: string };
  hosts: Record<string, string>;
  aliases: string[];
  search?: string[];
  options?: string[];
  resolvers: string[];
  /** Rules that warn of it. */
  warned: string[];
  ports: { ip: string; external?: number; internal: number; protocol: string }[];
}

function defaults(): Facts {
  return {
    network: 'segment',
    replicas: 0,
    user: { mode: 'fixed', uid: 10001, gid: 10001 },
    groups: [],
    capabilities: [],
    readOnlyRoot: true,
    tmpfs: { '/tmp': 64 },
    executable: [],
    tmpfsOfProfile: {},
    memory: 256,
    cpuMillis: 1000,
    logMebibytes: 10,
    sharedMemory: 64,
    ulimits: { nofile: [1024, 4096] },
    sysctls: {},
    environment: {},
    labels: {},
    stopTimeout: 10,
    restart: ['unless-stopped', 0],
    log: { driver: 'json-file', options: { 'max-file': '3' } },
    devices: {},
    tty: false,
    stdin: false,
    runtime: 'runc',
    mounts: [],
    hosts: {},
    aliases: [],
    resolvers: [],
    warned: [],
    ports: [],
  };
}

/** A value that is to be refused: the error, and what of the value the message shows where that is not its own text. */
export type Bad = readonly [value: unknown, code: string, shows?: string];

export interface Choice<T> {
  /** How often the property is given; 0.3 where it is not said. */
  readonly often?: number;
  readonly good: readonly T[];
  readonly bad?: readonly Bad[];
  /** How a program writes the value; the value itself where it is not said. */
  readonly make?: (value: T, made: Made) => unknown;
  readonly told?: (value: T, facts: Facts) => void;
}

/** What is wrong with a combination, any of which its message may name. */
export interface Wrong {
  readonly code: string;
  readonly shows?: string;
}

/** One container of a program, drawn but not made. */
export interface Combination {
  readonly seed: string;
  readonly number: number;
  readonly id: string;
  /** By property; inner ones after a dot. */
  readonly props: ReadonlyMap<string, (made: Made) => unknown>;
  readonly after: readonly ((made: Made, container: HardenedContainer) => void)[];
  readonly wrong: readonly Wrong[];
  readonly facts: Readonly<Facts>;
}

export class Draw {
  readonly random: Random;
  readonly facts = defaults();
  readonly wrong: Wrong[] = [];
  readonly props = new Map<string, (made: Made) => unknown>();
  readonly after: ((made: Made, container: HardenedContainer) => void)[] = [];

  constructor(
    readonly seed: string,
    readonly number: number,
    /** How often a value is a bad one. */
    private readonly badness: number,
  ) {
    this.random = new Random(seed);
  }

  get id(): string {
    return `C${this.number}`;
  }

  /** Draws a property, or leaves it out. */
  one<T>(property: string, { often = 0.3, good, bad = [], make = (value) => value, told }: Choice<T>): void {
    if (!this.random.chance(often)) return;
    const value = this.value(good, bad, told);
    this.props.set(property, (made) => make(value, made));
  }

  /** A good value, or seldom a bad one, which is then as good as any for TypeScript. */
  value<T>(good: readonly T[], bad: readonly Bad[], told: (value: T, facts: Facts) => void = () => undefined): T {
    if (bad.length > 0 && this.random.chance(this.badness)) {
      const [value, code, shows = typeof value === 'string' || typeof value === 'number' ? String(value) : ''] = this.random.pick(bad);
      this.refuse(code, shows);
      return value as T;
    }
    const value = this.random.pick(good);
    told(value, this.facts);
    return value;
  }

  refuse(code: string, shows?: string): void {
    this.wrong.push({ code, shows });
  }

  done(): Combination {
    const { seed, number, id, props, after, wrong, facts } = this;
    return { seed, number, id, props, after, wrong, facts };
  }
}

/** Text with marks that shells, Terraform, cdktf and Docker could take for their own. */
export const ODD = `it's "q" $HOME \${HOME} $\${HOME} %{if} \`id\` {{.Name}} # \\ ; é漢😀`;
export const REASON = 'the program of a test needs it';
