import { askPlan } from './ask-plan';
import type { HostQuestions } from './host-questions';
import { given } from './input-error';
import { missing } from './private/host/host-note';
import { terraformObjects } from './private/planned/terraform';
import { BRIDGE_PREFIX } from '../addressing/private/bridge-name';
import { EngineVersion } from '../engine/engine-version';
import type { Step } from '../private/step';

/** Printed with every answer: Terraform contains none of this. */
const ONE_HOST = 'all resources are taken to be on one Docker host';
const BARE = "no firewall but Docker's rules is taken to be on the host, and Docker to have its default settings";

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
  return askPlan({
    text: 'terraform',
    assumed: [...(daemon === undefined ? [ONE_HOST] : []), BARE],
    engine,
    networks,
    containers,
    notes: [...(isOurs ? [missing('terraform', OURS)] : []), ...notes],
    again: (other) => askTerraform(json, other, daemon, step),
    step,
  });
}
