import { Annotations, type ISynthesisSession, type TerraformProvider, TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { DaemonCore } from './daemon-core';
import { ipv6PoolOf } from './private/check-ipv6-pool';
import { checkUnguarded } from './private/check-unguarded';
import { unguardedSettings } from './private/engine-settings';
import type { UnguardedDaemonProps } from './unguarded-daemon-props';
import type { EngineVersion } from '../engine/engine-version';
import { onStackWritten } from '../private/cdktf-hooks';
import { brand } from '../private/type-test';
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
 * One Docker Engine of which only the API is ours: the same program as on a `HardenedDaemon`, but nothing is brought to the host.
 *
 * What Docker's own networks can hold, holds: workloads that share no segment do not reach each other, and the synth fails where they would. What takes
 * rules on the host does not: inside a segment every port is open both ways, containers reach the host and the host them, and who has a gateway network reaches
 * everything outside. Each synth warns of that and writes `report.md` into the daemon's folder beside the stack, under `bulkhead/`. Rates, and publications for some sources
 * only, are refused.
 *
 * What was declared must be open, and requirements are proved, as on any daemon. Rules that others made on the host are not known here.
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
   * Errors: `NftablesTooEarly` when an engine before 29 is said to use nftables, `Ipv6NotTranslated` when one before 27 is to have IPv6, and
   * `DaemonJson`; the others are those of every daemon.
   */
  constructor(scope: Construct, id: string, props: UnguardedDaemonProps) {
    const checked = checkUnguarded(scope, id, props);
    super(scope, id);
    this.engine = props.engine;
    const engine = {
      version: props.engine.version,
      settings: unguardedSettings(props.engine, checked),
      engineFirewall: checked.engineFirewall,
    };
    this.core = new DaemonCore(this, props, checked, engine, true, (daemonId) => ipv6PoolOf(props, daemonId));
    this.daemonId = this.core.daemonId;
    this._declarations = this.core.declarations;
    // Nobody writes a stamp on that host.
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

  /** Claims that the synth must prove; it fails when one does not hold. Peers may be declared further afterwards: what counts is the whole program. */
  public require(...requirements: Requirement[]): void {
    requireOf(this._declarations, this.node.path, requirements);
  }

  /** What of the declared so far is open beyond what was declared, the same kind together. The report and the warnings tell the same. */
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
      this.weaknesses().forEach((weakness) => Annotations.of(this).addWarning(warningOf(weakness, `${this.core.folderName}/report.md`)));
    }
    return errors;
  }

  private write(session: ISynthesisSession): void {
    const folder = this.core.folder(session);
    this.core.tellAtEnd(folder, writeDaemonReports(folder, this._declarations.store, {}));
  }
}
