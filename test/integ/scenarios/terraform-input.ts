// Programs of Terraform that Bulkhead did not write, from a seed: what `terraform show -json` of their state tells, against real packets, and that of their
// plan against that of their state. `BULKHEAD_TOPOLOGIES` says how many, `BULKHEAD_SEED` which.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { EngineVersion } from '../../../src/engine/engine-version';
import { HostQuestions } from '../../../src/intake/host-questions';
import type { IntakeHost } from '../../../src/intake/private/host/intake-host';
import { withDefaults } from '../../../src/intake/private/planned/default-settings';
import { hostOfPlan } from '../../../src/intake/private/planned/planned-host';
import { terraformObjects } from '../../../src/intake/private/planned/terraform';
import type { Checks } from '../harness/checks';
import type { Random } from '../harness/generate';
import { probe } from '../harness/hosts-ask';
import { PORTS } from '../harness/hosts-stage';
import { asInLab, eachPlanned, type PlannedTrial, plannedQuestions } from '../harness/planned-hosts';
import type { EngineId } from '../lab/cache';
import type { Lab } from '../lab/lab';
import { NET } from '../lab/network';
import { apply, destroy, planJson, stateJson } from '../lab/terraform';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

const NAMES = ['one', 'two', 'three', 'four'] as const;

export function run(engine: EngineId, checks: Checks): void {
  eachPlanned(engine, checks, 'terraform', (trial) => tryProgram(trial, engine));
}

function tryProgram({ lab, crowd, checks, seed, random, sum }: PlannedTrial, engine: EngineId): void {
  const dir = fs.mkdtempSync(path.join(lab.labDir, 'terraform-'));
  const program = programFrom(random, lab, engine);
  fs.writeFileSync(path.join(dir, 'main.tf.json'), JSON.stringify(program, undefined, 1));
  const plan = hostFrom(planJson(dir, lab.terraformEnv()), lab);
  apply(dir, lab.terraformEnv());
  try {
    const state = hostFrom(stateJson(dir, lab.terraformEnv()), lab);
    const lines = (host: IntakeHost) => new HostQuestions(host).open().map((cell) => JSON.stringify(cell)).sort().join('\n'); // prettier-ignore
    const [planned, real] = [lines(plan), lines(state)];
    checks.check(`${seed}: the plan tells the same connections as the state`, planned === real, () => `plan:\n${planned}\nstate:\n${real}`);
    const host = asInLab(state);
    const why = () => JSON.stringify(program.resource);
    probe({ checks, crowd, what: seed, host, containers: NAMES, why }, plannedQuestions(random, host, NAMES), sum);
  } finally {
    destroy(dir, lab.terraformEnv());
  }
}

function hostFrom(json: unknown, lab: Lab): IntakeHost {
  const engine = EngineVersion.of(lab.spec.version);
  return hostOfPlan({ ...terraformObjects(json), ...withDefaults(engine) });
}

/** Networks and containers as people write them: by references and by names, with and without blocks. */
function programFrom(random: Random, lab: Lab, engine: EngineId) {
  const option = (key: string, value: string) => ({ [`com.docker.network.bridge.${key}`]: value });
  const isNew = engine !== '20.10' && engine !== '26.1';
  const network: Record<string, object> = {
    front: { name: 'front', ipam_config: [{ subnet: '10.81.0.0/24' }] },
    back: { name: 'back', internal: true },
    plain: { name: 'plain', options: random.chance(0.5) ? option('host_binding_ipv4', '127.0.0.1') : option('enable_ip_masquerade', 'false') }, // prettier-ignore
    shut: { name: 'shut', ipam_config: [{ subnet: '10.84.0.0/24', gateway: '10.84.0.9' }], options: option('enable_icc', 'false') },
    ...(random.chance(0.6) && { six: { name: 'six', ipv6: true, ipam_config: [{ subnet: '10.83.0.0/24' }, { subnet: 'fd00:83::/64' }] } }),
    ...(isNew && random.chance(0.6) && { routed: { name: 'routed', options: option('gateway_mode_ipv4', random.pick(['routed', 'nat-unprotected'])) } }), // prettier-ignore
  };
  const keys = Object.keys(network);
  const container = Object.fromEntries(
    NAMES.map((name, i) => {
      const home = random.pick([...keys, undefined]);
      const more = home === undefined ? [] : random.some(keys.filter((key) => key !== home), random.int(0, 1)); // prettier-ignore
      const attached = home === undefined ? [] : [home, ...more];
      const ports = Array.from({ length: random.int(0, 2) }, (_, n) => {
        const ip = random.pick([undefined, NET.host, '127.0.0.1']);
        return { internal: random.pick(PORTS), external: 8100 + 10 * i + n, ...(ip && { ip }) };
      });
      const networks = attached.map((key) => ({ name: `\${docker_network.${key}.${random.pick(['name', 'id'])}}` }));
      return [
        name,
        { name, image: 'lab:1', ...(networks.length > 0 && { networks_advanced: networks }), ...(ports.length > 0 && { ports }) },
      ];
    }),
  );
  return {
    terraform: { required_providers: { docker: { source: 'kreuzwerker/docker' } } },
    provider: { docker: { host: lab.dockerHost } },
    resource: { docker_network: network, docker_container: container },
  };
}
