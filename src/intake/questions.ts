import { given, InputError } from './input-error';
import { peerNamed } from './private/peers';
import { portOf } from './private/ports';
import { publishedAt } from './private/published';
import { expandIn, type ReadTopology } from './private/read-topology';
import { engineSettings, unguardedSettings } from '../daemon/private/engine-settings';
import { EngineVersion } from '../engine/engine-version';
import { can } from '../engine/private/capabilities';
import type { Disposition } from '../reachability/disposition';
import type { Explanation } from '../reachability/explanation';
import { dispositionOf, explain, type Question } from '../reachability/private/ask';
import { changesBetween } from '../reachability/private/changes';
import { cellsOf, exposuresOf } from '../reachability/private/describe';
import { forgedChanges, forgedLines } from '../reachability/private/forged/forged-text';
import { Proof } from '../reachability/private/proof';
import { exposuresOnHost } from '../reachability/private/segmentless';
import type { Exposure, ReachabilityChange, ReachableCell } from '../reachability/results';
import type { EngineFacts } from '../topology/private/engine-facts';

/** Answers about one host, as a topology tells of it. */
export class Questions {
  private readonly proof: Proof;

  constructor(
    private readonly read: ReadTopology,
    public readonly engine: EngineFacts = read.engine,
  ) {
    this.proof = Proof.of({ topology: read.topology, members: { expand: expandIn(read) } }, engine);
  }

  /** Path of the daemon. */
  public get daemon(): string {
    return this.read.topology.daemon;
  }

  /** Every two ends with an open connection. */
  public open(): ReachableCell[] {
    return [...cellsOf(this.proof.matrix, this.proof.labels), ...forgedLines(this.proof.forged, this.proof.labels)];
  }

  public exposures(): Exposure[] {
    return [...exposuresOf(this.proof.matrix, this.proof.labels), ...exposuresOnHost(this.read.topology)];
  }

  public disposition(source: string, destination: string, port: string): Disposition {
    return dispositionOf(this.proof, this.question(source, destination, port));
  }

  public explain(source: string, destination: string, port: string): Explanation {
    return explain(this.proof, this.question(source, destination, port));
  }

  /** What is open here and was not in the other, and the other way round. */
  public changesSince(before: Questions): ReachabilityChange[] {
    return [...changesBetween(before.proof.matrix, this.proof.matrix), ...forgedChanges(before.open(), this.open())];
  }

  /** The same networks and the same rules of Bulkhead under another version of the engine. @throws InputError */
  public onEngine(version: string): Questions {
    const engine = given(() => EngineVersion.of(version));
    const { engineFirewall, guardBackend, settings } = this.engine;
    if (engineFirewall === 'nftables' && !can(engine.version, 'nftables')) {
      throw new InputError(`engine ${version} has no nftables backend, which this daemon uses; 29.0 and later have it`);
    }
    const { userlandProxy, forwardPolicyBefore } = settings;
    const changed =
      guardBackend === undefined
        ? unguardedSettings(engine, { userlandProxy, forwardPolicyDrop: forwardPolicyBefore.ipv4 === 'drop' })
        : engineSettings(engine);
    return new Questions(this.read, { ...this.engine, version: engine.version, settings: changed });
  }

  private question(source: string, destination: string, port: string): Question {
    const [from, to] = [source, destination].map((word) => peerNamed(this.read, word));
    if (from.fact.kind === 'workload' && to.fact.kind === 'workload' && from.text === to.text) {
      throw new InputError(`'${source}' and '${destination}' are the same container, which reaches itself without a packet; name two ends`);
    }
    const asked = portOf(port);
    const behind = to.fact.kind === 'host' ? publishedAt(this.read.topology, to, asked) : undefined;
    const { end, port: there } = behind ?? { end: to, port: asked };
    // Of a range, the ports of the container behind are compared.
    const at = behind !== undefined && asked.size === 1 ? { addresses: behind.at, port: asked.first } : undefined;
    return { source: from, destination: end, port: there._spec(), portText: there.text, ...(at && { at }) };
  }
}
