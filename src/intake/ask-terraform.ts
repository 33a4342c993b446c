import { HostQuestions } from './host-questions';
import { given } from './input-error';
import { HOST_PLACEHOLDERS, hostOfPlan } from './private/planned/planned-host';
import { terraformObjects } from './private/planned/terraform';
import { BRIDGE_PREFIX } from '../addressing/private/bridge-name';
import { unguardedSettings } from '../daemon/private/engine-settings';
import { EngineVersion } from '../engine/engine-version';
import type { Step } from '../private/step';

/** Printed with every answer: Terraform contains none of this. */
const ASSUMED = [
  'all resources are taken to be on one Docker host',
  "no firewall but Docker's rules is taken to be on the host, and Docker to have its default settings",
  'services of the host itself are not known, and exposure does not list them',
  `${HOST_PLACEHOLDERS.join(' and ')} stand for the addresses of the host, and the first free address for each that Docker chooses`,
];

const OURS = 'it has networks of Bulkhead, whose rules are not in Terraform: ask about the topology.json of the synth instead';

/**
 * Questions to the host that a Terraform program makes, on an engine of a version.
 * @param daemon configuration of the provider, where a plan has several
 * @throws InputError for a version that is not one, and where it is not clear which Docker host is meant
 */
export function askTerraform(json: unknown, version: string, daemon?: string, step?: Step): HostQuestions {
  const engine = given(() => EngineVersion.of(version));
  const { networks, containers, notes } = terraformObjects(json, daemon);
  const isOurs = networks.some((network) => network.interface?.startsWith(BRIDGE_PREFIX));
  const assumed = [...(daemon === undefined ? ASSUMED : ASSUMED.slice(1)), ...(isOurs ? [OURS] : [])].map((sentence) => ({
    kind: 'missing' as const,
    text: 'terraform' as const,
    sentence,
  }));
  const settings = unguardedSettings(engine, { userlandProxy: true, forwardPolicyDrop: false });
  const host = hostOfPlan({ networks, containers, version: engine.version, settings, notes: [...assumed, ...notes] });
  return new HostQuestions(host, (other) => askTerraform(json, other, daemon, step), step);
}
