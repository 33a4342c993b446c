import { type ISynthesisSession, type TerraformProvider, TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { DaemonCore } from './daemon-core';
import { ipv6PoolOf } from './private/check-ipv6-pool';
import { checkUnguarded } from './private/check-unguarded';
import { unguardedSettings } from './private/engine-settings';
import type { UnguardedDaemonProps } from './unguarded-daemon-props';
import type { EngineVersion } from '../engine/engine-version';
import { onStackWritten, warn } from '../private/cdktf-hooks';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import { Proof } from '../reachability/private/proof';
import { requireOf } from '../reachability/private/prove';
import { weaknessesOf } from '../reachability/private/weaknesses';
import type { Requirement } from '../reachability/requirement';
import type { Weakness } from '../reachability/weakness';
import { writeDaemonReports } from '../reports/daemon-reports';
import { warningOf } from '../reports/private/weakness-text';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import { StackPass } from '../validation/stack-pass';

/**
 * One Docker Engine of which Bulkhead manages only the API: the same program as on a `HardenedDaemon`, but Bulkhead installs nothing on the host.
 *
 * Docker's own networks enforce one part: workloads that share no segment do not reach each other, and the synth fails if they would. Nothing
 * enforces the part that needs rules on the host: inside a segment every port is open in both directions, containers and the host reach each other,
 * and a workload with a gateway network reaches every address outside. Each synth warns of that and writes `report.md` into the daemon's folder
 * beside the stack, under `bulkhead/`. Rates, and publications with restricted sources, are refused.
 *
 * Declared flows must be open, and requirements are proved, as on any daemon. Bulkhead does not know other rules on the host.
 *
 * @see https://docs.docker.com/engine/network/packet-filtering-firewalls/
 */
export class UnguardedDaemon extends Construct implements IDaemon {
  public readonly daemonId: string;

  /** Engine that the host runs. */
  public readonly engine: EngineVersion;

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

  private readonly core: DaemonCore;

  /**
   * Errors: `NftablesTooEarly` if `engineFirewall` is nftables on an engine before 29, `Ipv6NotTranslated` if `dualStack` is set on an engine before
   * 27, `DaemonJson`, and the errors of every daemon.
   */
  constructor(scope: Construct, id: string, props: UnguardedDaemonProps) {
    const checked = checkUnguarded(scope, id, props);
    super(scope, id);
    warnUnread(this, 'UnguardedDaemonProps', props);
    this.engine = props.engine;
    const engine = {
      version: props.engine.version,
      settings: unguardedSettings(props.engine, checked),
      engineFirewall: checked.engineFirewall,
    };
    this.core = new DaemonCore(this, props, checked, engine, true, (daemonId) => ipv6PoolOf(props, daemonId));
    this.daemonId = this.core.daemonId;
    this._declarations = this.core.declarations;
    // No program writes a stamp on that host.
    this._stampPath = undefined;
    // Single pairs take rules on the host: a segment is open inside, or nothing flows in it.
    this._icc = true;
    this._networkOptions = checked.networkOptions;
    brand(this, 'daemon');
    const { daemonJson } = checked;
    if (daemonJson !== undefined) {
      StackPass.of(TerraformStack.of(this)).addSubjects(() => [
        { resourceType: 'daemon.json', path: this.node.path, attributes: daemonJson },
      ]);
    }
    this.node.addValidation({ validate: () => this.validate() });
    onStackWritten(this, (session) => this.write(session));
  }

  /**
   * Requirements that the synth must prove; it fails if one does not hold. You may declare more flows of the peers afterwards: the whole program
   * counts.
   */
  public require(...requirements: Requirement[]): void {
    requireOf(this._declarations, this.node.path, requirements);
  }

  /** Connections that are open beyond the declarations so far, grouped by kind. The report and the warnings list the same. */
  public weaknesses(): Weakness[] {
    return weaknessesOf(this.proof());
  }

  /**
   * @internal
   */
  public _providerFor(scope: IConstruct): TerraformProvider {
    return this.core.providerFor(scope);
  }

  private proof(): Proof {
    return Proof.of(this._declarations.store.derived(), this._declarations.store.engine);
  }

  private validate(): string[] {
    const errors = this.core.validate();
    if (errors.length === 0) {
      this.weaknesses().forEach((weakness) => warn(this, warningOf(weakness, `${this.core.folderName}/report.md`)));
    }
    return errors;
  }

  private write(session: ISynthesisSession): void {
    const folder = this.core.folder(session);
    this.core.tellAtEnd(folder, writeDaemonReports(folder, this._declarations.store, {}));
  }
}
