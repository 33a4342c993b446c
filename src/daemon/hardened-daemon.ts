import * as fs from 'fs';
import * as path from 'path';
import { type ISynthesisSession, type TerraformProvider, TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { DaemonConnection } from './daemon-connection';
import { DaemonCore } from './daemon-core';
import type { HardenedDaemonProps } from './hardened-daemon-props';
import { type CheckedDaemon, checkDaemon } from './private/check-daemon';
import { ipv6PoolOf } from './private/check-ipv6-pool';
import { checkNode } from './private/check-node';
import { hostInput } from './private/daemon-input';
import { engineSettings } from './private/engine-settings';
import { hostSubjects } from './private/host-subjects';
import { verifyInput } from './private/verify-input';
import type { Cidr } from '../addressing/cidr';
import type { EngineVersion } from '../engine/engine-version';
import { advisorySummary, knownAgainst } from '../engine/private/known-advisories';
import type { GuardBackend } from '../firewall/private/backend/guard-backend';
import { guardBackend, USUAL_GUARD } from '../firewall/private/backend/guard-backends';
import { type HostInput, stampPath } from '../host/private/host-input';
import { renderHostFiles } from '../host/private/render-host-files';
import { renderInstallScript } from '../host/private/render-install-script';
import { renderUserData, renderUserDataGzip, userDataSize } from '../host/private/render-user-data';
import { renderVerifyScript } from '../host/private/render-verify-script';
import { onStackWritten, warn } from '../private/cdktf-hooks';
import { ValidationError } from '../private/errors';
import { lateText } from '../private/late';
import { childPath } from '../private/names';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import { requireOf } from '../reachability/private/prove';
import type { Requirement } from '../reachability/requirement';
import { writeDaemonReports } from '../reports/daemon-reports';
import { writeHostFolder } from '../reports/host-folder';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import type { Derived } from '../topology/private/derive';
import { StackPass } from '../validation/stack-pass';

/** Largest user data that the strictest of the large clouds takes, in bytes. */
const USER_DATA_LIMIT = 16_384;
/** Linux passes at most 128 KiB in one word of a command, and the archive of all files is one. */
const UNPACKED_LIMIT = 131_000;

/**
 * One Docker Engine on one host, with the host's firewall, its settings and the files that install them there.
 *
 * The rules are made for the generation of `engine`, and the host files do not let an engine of another generation start.
 *
 * `userData` carries everything to a new machine; an install script does the same on an existing one. Both are also written into the output folder of
 * the stack, under `bulkhead/`, together with every file as it will be on the host, below `host/`, and `verify.sh`, which checks the live host,
 * its engine and its containers against CIS Docker Benchmark.
 *
 * @see https://docs.docker.com/engine/network/packet-filtering-firewalls/
 */
export class HardenedDaemon extends Construct implements IDaemon {
  /** Each of two daemons would install its host files, and the later ones would close what the other daemon declares. */
  private static refuseSameHost(scope: Construct, id: string, { hostAddress, connection }: HardenedDaemonProps): void {
    const urlOf = (given = DaemonConnection.socket()) => given.url;
    const same = scope.node.root.node
      .findAll()
      .find(
        (other) =>
          other instanceof HardenedDaemon && other.props.hostAddress === hostAddress && urlOf(other.props.connection) === urlOf(connection),
      );
    if (same === undefined) return;
    throw new ValidationError(
      'DuplicateHost',
      childPath(scope, id),
      `'hostAddress' ${hostAddress} is the host of '${same.node.path}', and a host has the files of one HardenedDaemon; use that one here, too, or name another host`,
    );
  }

  public readonly daemonId: string;

  /** Engine that the host runs. */
  public readonly engine: EngineVersion;

  /** Shell script that prepares an existing host; safe to run any number of times. A token, like `userData`. */
  public readonly installScript: string;

  /**
   * @internal
   */
  public readonly _declarations: Declarations;
  /**
   * @internal
   */
  public readonly _stampPath: string | undefined;
  /**
   * @internal
   */
  public readonly _icc: boolean;
  /**
   * @internal
   */
  public readonly _networkOptions: Record<string, string>;

  private readonly props: HardenedDaemonProps;
  private readonly checked: CheckedDaemon;
  private readonly core: DaemonCore;
  private readonly guard: GuardBackend;
  private readonly userDataToken: string;
  private readonly userDataGzipToken: string;
  /** The forms of the user data that the program uses: the size of an unused form does not matter. */
  private readonly passedOn = { text: false, gzip: false };
  private texts?: { derived: Derived; input: HostInput; by: Map<(input: HostInput) => string, string> };

  constructor(scope: Construct, id: string, props: HardenedDaemonProps) {
    const checked = checkDaemon(scope, id, props);
    HardenedDaemon.refuseSameHost(scope, id, props);
    super(scope, id);
    warnUnread(this, 'HardenedDaemonProps', props);
    this.props = props;
    this.checked = checked;
    this.engine = props.engine;
    const ipv6Pool = (daemonId: string) => ipv6PoolOf(props, daemonId);
    const engine = {
      version: props.engine.version,
      settings: engineSettings(props.engine),
      engineFirewall: 'iptables',
      guardBackend: USUAL_GUARD,
    } as const;
    this.guard = guardBackend(engine.guardBackend);
    this.core = new DaemonCore(this, props, checked, engine, props.withoutProofReason === undefined, ipv6Pool);
    this.daemonId = this.core.daemonId;
    this._declarations = this.core.declarations;
    this._stampPath = props.startWithoutGuardReason === undefined ? stampPath(this.daemonId) : undefined;
    // If the guard opens single pairs in Docker's chains, Docker itself may keep everything closed.
    this._icc = !this.guard.opensPairs;
    this._networkOptions = checked.networkOptions;
    this.userDataToken = lateText(() => this.rendered(renderUserData));
    this.userDataGzipToken = lateText(() => this.rendered(renderUserDataGzip));
    this.installScript = lateText(() => this.rendered(renderInstallScript));
    brand(this, 'daemon');
    StackPass.of(TerraformStack.of(this)).addSubjects(() => hostSubjects(this.input(), props.dataPartition ?? false));
    if (props.startWithoutGuardReason !== undefined) {
      warn(this, `containers start without the guard: ${props.startWithoutGuardReason}`);
    }
    const known = knownAgainst('Engine', props.engine.version);
    if (known !== undefined) {
      warn(this, advisorySummary(known));
    }
    if (this._declarations.store.has('ipv6') && !this._declarations.store.translates('ipv6')) {
      warn(
        this,
        `engine ${props.engine.version} writes no rules for IPv6, so only the guard separates containers over IPv6; engines from 27.0 on also separate them`,
      );
    }
    if (props.withoutProofReason !== undefined) {
      warn(this, `the proof is switched off: ${props.withoutProofReason}`);
    }
    this.node.addValidation({ validate: () => this.validate() });
    onStackWritten(this, (session) => this.write(session));
  }

  /**
   * One `#cloud-config` document that prepares a host, for the user data of a virtual machine. A token: flows that are declared later are in it. The
   * synth warns if a program passes it on and it is larger than the 16 KiB that some clouds accept.
   *
   * @see https://cloudinit.readthedocs.io/en/latest/explanation/format.html
   */
  public get userData(): string {
    this.passedOn.text = true;
    return this.userDataToken;
  }

  /**
   * The same document compressed by gzip, in base64, for arguments such as `user_data_base64`: a little more than half the size if a cloud counts the
   * compressed bytes. cloud-init unpacks it. A token, like `userData`; the synth warns of its size, too.
   */
  public get userDataGzipBase64(): string {
    this.passedOn.gzip = true;
    return this.userDataGzipToken;
  }

  /**
   * Requirements that the synth must prove; it fails if one does not hold. You may declare more flows of the peers afterwards: the whole program
   * counts.
   */
  public require(...requirements: Requirement[]): void {
    requireOf(this._declarations, this.node.path, requirements);
  }

  /**
   * Throws when the host cannot be a node of a swarm.
   *
   * @internal
   */
  public _checkNode(place: string, swarmPool: Cidr): void {
    checkNode(place, this.node.path, { ...this.props, ...this.checked }, swarmPool);
  }

  /**
   * @internal
   */
  public _providerFor(scope: IConstruct): TerraformProvider {
    return this.core.providerFor(scope);
  }

  private input(): HostInput {
    return this.memoised().input;
  }

  private memoised() {
    const derived = this._declarations.store.derived();
    if (this.texts?.derived !== derived) {
      this.texts = {
        derived,
        input: hostInput(this.node.path, this.daemonId, this.props, this.checked, derived, this.guard),
        by: new Map(),
      };
    }
    return this.texts;
  }

  /** Packing is the dearest part of a synth, and cdktf asks for every late text several times: each is rendered once per snapshot. */
  private rendered(render: (input: HostInput) => string): string {
    const { input, by } = this.memoised();
    const text = by.get(render) ?? render(input);
    by.set(render, text);
    return text;
  }

  private validate(): string[] {
    const errors = this.core.validate();
    if (errors.length > 0) {
      return errors;
    }
    this.warnOfSize();
    return this.refuseSize();
  }

  /** A host could not unpack it. */
  private refuseSize(): string[] {
    const size = this.passedOn.text ? userDataSize(this.rendered(renderUserData)) : 0;
    if (size <= UNPACKED_LIMIT) return [];
    return [
      `user data is ${size} bytes, and the shell that unpacks it on a host takes at most ${UNPACKED_LIMIT}; pass 'userDataGzipBase64' if the cloud accepts so much, or put large config files into the image (UserDataSize)`,
    ];
  }

  private warnOfSize(): void {
    const orElse = `install ${this.core.folderName}/install.sh with the image of the host or by SSH`;
    const warnAbove = (what: string, size: number, wayOut: string) => {
      if (size <= USER_DATA_LIMIT) return;
      warn(this, `${what} is ${size} bytes, more than the limit of ${USER_DATA_LIMIT} bytes of some clouds; ${wayOut}`);
    };
    if (this.passedOn.text) {
      const wayOut = `pass 'userDataGzipBase64' if the cloud accepts compressed user data in base64, or ${orElse}`;
      warnAbove('user data', userDataSize(this.rendered(renderUserData)), wayOut);
    }
    if (this.passedOn.gzip) {
      warnAbove('compressed user data', Buffer.from(this.rendered(renderUserDataGzip), 'base64').length, orElse);
    }
  }

  private write(session: ISynthesisSession): void {
    const folder = this.core.folder(session);
    fs.writeFileSync(path.join(folder, 'user-data'), this.rendered(renderUserData));
    fs.writeFileSync(path.join(folder, 'install.sh'), this.rendered(renderInstallScript), { mode: 0o755 });
    this.core.tellAtEnd(folder, writeDaemonReports(folder, this._declarations.store, this.props));
    writeHostFolder(folder, renderHostFiles(this.input()));
    const { store } = this._declarations;
    const verify = renderVerifyScript({
      ...verifyInput(store.derived().topology, store.endless, store.imageSays),
      engine: this.engine.version,
    });
    fs.writeFileSync(path.join(folder, 'verify.sh'), verify, { mode: 0o755 });
  }
}
