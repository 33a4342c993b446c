import { engineInputFor } from './engine-input-for';
import { MAYBE_CLOSED } from './forward-policy';
import { isInBlock } from './with-addresses';
import { unguardedSettings } from '../../../daemon/private/engine-settings';
import { EngineVersion } from '../../../engine/engine-version';
import { dockerRules } from '../../../engine/private/docker-rules/docker-rules';
import { ruleText } from '../../../firewall/private/canonical-rule';
import { chainKey, type HostChain, type HostRules } from '../../../firewall/private/host-rules';
import type { Rule } from '../../../firewall/private/ir';
import { ENGINE_SETTINGS, SETTING_KEYS } from '../../../hardening/private/engine-settings';
import type { EngineSettings } from '../../../topology/private/engine-facts';
import type { Family } from '../../../topology/private/terms';
import { InputError } from '../../input-error';
import { containersIn } from '../host/attachments';
import { containersOf, type EngineNetwork, networksOf } from '../host/engine-objects';
import { type HostNote, missing } from '../host/host-note';
import type { HostTexts } from '../host/host-texts';
import type { IntakeHost } from '../host/intake-host';
import { at, readJson, textAt } from '../host/json-text';
import { isEngineChain } from '../host/named-in-rules';

/** Settings of the engine that change its rules, each with the value that the model takes. */
const USUAL: readonly (readonly [key: string, value: unknown])[] = [
  ...SETTING_KEYS.filter((key) => key === 'iptables' || ENGINE_SETTINGS[key].beside === 'iptables').map((key) => [key, ENGINE_SETTINGS[key].usual] as const), // prettier-ignore
  ['ip-masq', true],
];
/** Any value of these. */
const UNMODELLED: readonly string[] = ['ip6tables', 'bridge-accept-fwmark', 'bridge'];

const ORDER = 'order: whether this rule comes before the lines of Docker after the restart, or after them';

/**
 * A host as another version of its engine would leave it: with the lines that this one writes in place of those of the engine that is there. The rules
 * of all others stay. Whether the model knows the lines of this very host is seen by those that are there: they have to be the ones that it expects.
 *
 * @throws InputError where that is not so, or where it is not known what becomes of a rule
 */
export function onOtherEngine(host: IntakeHost, texts: HostTexts, version: string): IntakeHost {
  const [now, then] = [versionOf(host.engineVersion), EngineVersion.of(version)];
  checkSettings(texts);
  const networks = networksOf(texts)?.map((network) => withGateways(network, host));
  const containers = containersOf(texts);
  if (networks === undefined || containers === undefined) throw new InputError("whatif needs the networks and containers of the engine; give it the whole text of 'bulkhead collect'"); // prettier-ignore
  const userlandProxy = settingOf(texts, 'userland-proxy') !== false;
  const linesOf = (engine: EngineVersion, family: Family) => {
    const settings: EngineSettings = { ...unguardedSettings(engine, { userlandProxy, forwardPolicyDrop: false }), forwardingBefore: { ipv4: false, ipv6: false } }; // prettier-ignore
    return dockerRules(engineInputFor({ networks, containers, version: engine.version, settings }), family);
  };
  const unsure = new Set<string>();
  const rules = (family: Family) =>
    replaced(unsure, {
      there: host.view.rules[family],
      now: linesOf(now, family),
      then: linesOf(then, family),
      engines: [now.version, then.version],
    });
  // Whether a container of an internal network has a default route depends on the engine, too.
  const attached = containersIn({ networks, containers }, then.version);
  const view = { ...host.view, rules: { ipv4: rules('ipv4'), ipv6: rules('ipv6') }, containers: attached };
  return { ...host, view, engineVersion: then.version, notes: [...host.notes, ...assumed(then.version), ...[...unsure].map((why) => missing('engine', why))] }; // prettier-ignore
}

function assumed(version: string): HostNote[] {
  return [missing('engine', `the host is taken to restart with engine ${version}, and all other rules, settings of the kernel and listeners to be as they are`)]; // prettier-ignore
}

function versionOf(version: string | undefined): EngineVersion {
  if (version === undefined) {
    throw new InputError("the input does not tell the version of its engine; give the whole text of 'bulkhead collect'");
  }
  return EngineVersion.of(version);
}

function checkSettings(texts: HostTexts): void {
  if (texts['daemon-json'] === undefined) throw new InputError("whatif needs the settings of the engine, and the input does not tell them (daemon-json); give the whole text of 'bulkhead collect'"); // prettier-ignore
  const changed = [...USUAL.filter(([key, usual]) => (settingOf(texts, key) ?? usual) !== usual).map(([key]) => key), ...UNMODELLED.filter((key) => settingOf(texts, key) !== undefined)]; // prettier-ignore
  if (changed.length > 0) throw new InputError(`the engine of the input has the setting ${changed.join(', ')}, which whatif does not model for a host; try the new version on a copy of the host`); // prettier-ignore
  const swarm = textAt(readJson(texts, 'docker-info'), 'Swarm', 'LocalNodeState');
  if (swarm !== undefined && swarm !== 'inactive') throw new InputError('the host is a node of a swarm, whose rules whatif does not model; try the new version on a copy of the host'); // prettier-ignore
}

/** Of the file, or of the command line. */
function settingOf(texts: HostTexts, key: string): unknown {
  const flag = texts['daemon-flags']
    ?.split('\n')
    .flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1).trim()] : []))[0];
  const value = at(readJson(texts, 'daemon-json'), key);
  return value ?? (flag === 'true' ? true : flag === 'false' ? false : flag);
}

/** The engine does not tell a gateway that it chose itself; the bridge has it. */
function withGateways(network: EngineNetwork, { view }: IntakeHost): EngineNetwork {
  const own = view.interfaces.find(({ name }) => name === network.interface)?.addresses ?? [];
  const chosen = network.blocks
    .filter((block) => !network.gateways.some((gateway) => isInBlock(gateway, block)))
    .flatMap((block) => own.filter((address) => isInBlock(address, block)).slice(0, 1));
  return { ...network, gateways: [...network.gateways, ...chosen] };
}

interface Replaced {
  readonly there: HostRules;
  /** What each engine writes. */
  readonly now: HostRules;
  readonly then: HostRules;
  readonly engines: readonly [now: string, then: string];
}

/** @param unsure is given what is not known about the result */
function replaced(unsure: Set<string>, { there, now, then, engines }: Replaced): HostRules {
  const keyOf = ({ table, name }: HostChain) => chainKey(table, name);
  const [known, next] = [now, then].map(({ chains }) => new Map(chains.map((chain) => [keyOf(chain), chain])));
  const others = new Map(there.chains.map((chain) => [keyOf(chain), othersIn(chain, known.get(keyOf(chain)), engines[0])]));
  const lost = now.chains.filter((chain) => chain.rules.length > 0 && !others.has(keyOf(chain)));
  if (lost.length > 0) throw unlike(engines[0], `it lacks the chain ${keyOf(lost[0])}`);
  const keys = [...new Set([...there.chains, ...then.chains].map(keyOf))];
  const has = new Set(keys.filter((key) => next.has(key) || !isDockers(key)));
  const chains = keys
    .filter((key) => has.has(key))
    .map((key): HostChain => {
      const old = there.chains.find((chain) => keyOf(chain) === key);
      const own = others.get(key) ?? [];
      for (const rule of own) checkJump(rule, key, has, engines[1]);
      return combined(unsure, old, known.get(key), next.get(key), own);
    });
  const named = new Set(now.sets.map(({ name }) => name));
  return { ...there, chains, sets: [...there.sets.filter(({ name }) => !named.has(name)), ...then.sets] };
}

const isDockers = (key: string) => isEngineChain(key.split(' ')[1]) && !key.endsWith(' DOCKER-USER');

/** The rules of a chain that the engine did not write. */
function othersIn({ table, name, rules }: HostChain, known: HostChain | undefined, engine: string): Rule[] {
  if (name === 'DOCKER-USER') return [...rules];
  const left = (known?.rules ?? []).map(ruleText);
  const others = rules.filter((rule) => {
    const index = left.indexOf(ruleText(rule));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  if (left.length > 0) throw unlike(engine, `${table} ${name} lacks the rule '${left[0]}'`);
  if (others.length > 0 && isDockers(chainKey(table, name))) {
    throw unlike(
      engine,
      `the rule '${ruleText(others[0])}' of ${table} ${name} is not one that it writes, and a restart empties that chain`,
    );
  }
  return others;
}

function unlike(engine: string, why: string): InputError {
  return new InputError(`the rules of the host are not those that engine ${engine} writes for these networks and containers, so whatif cannot tell which ones another version would write: ${why}. Keep rules of your own in DOCKER-USER, restart the engine, and collect again`); // prettier-ignore
}

function checkJump({ verdict }: Rule, key: string, has: ReadonlySet<string>, engine: string): void {
  if (verdict.kind !== 'jump' && verdict.kind !== 'goto') return;
  if (has.has(chainKey(key.split(' ')[0], verdict.chain))) return;
  throw new InputError(`a rule of ${key} jumps to ${verdict.chain}, a chain that engine ${engine} does not have, so that it cannot be loaded there; remove the rule, and collect again`); // prettier-ignore
}

function combined(
  unsure: Set<string>,
  old: HostChain | undefined,
  known: HostChain | undefined,
  next: HostChain | undefined,
  own: readonly Rule[],
): HostChain {
  const { table, name } = (old ?? next)!;
  const lines = next?.rules ?? [];
  const base = old?.base ?? next?.base;
  if (name === 'DOCKER-USER') return { ...(old ?? next)!, rules: old?.rules ?? lines };
  const isEither = own.length > 0 && lines.length > 0;
  if (isEither) unsure.add(`whether other rules of ${table} ${name} come before the lines of Docker or after them, once the host has restarted, is not known: what depends on it counts as open`); // prettier-ignore
  const before = isEither ? own.map((rule): Rule => ({ ...rule, matches: [...rule.matches, { kind: 'unknown', text: ORDER, depends: true }] })) : []; // prettier-ignore
  const rules = [...before, ...lines, ...own];
  // Docker closes the policy where it turns forwarding on. Where the engine that is there did not, the host forwards before.
  const closes = base?.policy === 'accept' && next?.base?.policy === 'drop' && known?.base?.policy !== 'drop';
  if (closes) unsure.add('whether Docker turns forwarding on itself, and so sets the policy of FORWARD to DROP, is not known: what depends on it counts as open'); // prettier-ignore
  return { table, name, ...(base && { base }), rules: closes ? [...rules, MAYBE_CLOSED] : rules };
}
