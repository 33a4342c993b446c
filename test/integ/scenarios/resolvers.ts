// Resolvers inside: a container in a segment without a way out, and the host at the gateway of a segment. Docker's resolver passes on to them what it does
// not know, by both protocols and from both families of segments; nobody else asks them, and no name arrives outside.
import { BridgeSegment, EngineVersion, HardenedContainer, Peer } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T08'];

const program: Program = ({ stack, daemon, image }) => {
  const names = new BridgeSegment(stack, 'Names', { daemon });
  const front = new BridgeSegment(stack, 'Front', { daemon });
  const unbound = new HardenedContainer(stack, 'Unbound', { segment: names, image });
  for (const [id, segment] of Object.entries({ Near: names, Far: front })) {
    new HardenedContainer(stack, id, { segment, image }).connections.allowDnsTo(unbound);
  }
  new HardenedContainer(stack, 'AtHost', { segment: front, image }).connections.allowDnsTo(Peer.host());
  for (const [id, segment] of Object.entries({ Plain: names, PlainToo: front })) new HardenedContainer(stack, id, { segment, image });
};

/** Who is to hear whose questions to Docker's resolver. */
const HEARD: Readonly<Record<string, string>> = { near: 'unbound', far: 'unbound', athost: 'host', plain: '', plaintoo: '' };
const ASKERS = Object.keys(HEARD);

interface Heard {
  readonly names: Readonly<Record<string, readonly string[]>>;
}

export function run(engine: EngineId, checks: Checks): void {
  // Early releases of that line forward nothing, so it is declared with its patch.
  const exact = engine === '26.1' ? { engine: EngineVersion.of('26.1.5') } : {};
  for (const dualStack of [false, true]) {
    withLab(engine, (lab) => {
      const what = dualStack ? 'both families' : 'IPv4';
      const deployment = new Deployment(lab, program, { daemon: { dualStack, ...exact } });
      deployment.up();
      const probes = new Probes(lab);
      const addresses = ['0.0.0.0', '::'];
      const servers = {
        unbound: probes.begin({ container: 'app-unbound' }, 'dns', 'serve', { addresses }),
        host: probes.begin({ host: true }, 'dns', 'serve', { addresses }),
        lan: probes.begin({ ns: 'lanA' }, 'dns', 'serve', { addresses }),
        internet: probes.begin({ ns: 'inet' }, 'dns', 'serve', { addresses }),
      };
      const own = lab
        .docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}', 'app-unbound')
        .trim()
        .split(/\s+/);
      checks.check(`${what}: the resolver has an address of each family`, own.length >= (dualStack ? 2 : 1), own.join());
      const answered = ASKERS.map((asker) => {
        const questions = ['udp', 'tcp'].flatMap((proto) => [
          ...['A', 'AAAA'].map((type) => ({ name: `${proto}-${type}.${asker}.example`.toLowerCase(), type, server: '127.0.0.11', proto })),
          ...[...own, NET.internet].map((server, index) => ({
            name: `${proto}-direct${index}.${asker}.example`,
            type: 'A',
            server,
            proto,
          })),
        ]);
        return probes.begin({ container: `app-${asker}` }, 'dns', 'ask', { questions, uid: 10001, seconds: 4 });
      }).flatMap((running) => running.result<{ answered: string[] }>().answered);
      const heard = Object.fromEntries(Object.entries(servers).map(([name, running]) => [name, running.stop<Heard>().names]));

      for (const asker of ASKERS) {
        for (const proto of ['udp', 'tcp']) {
          for (const type of ['a', 'aaaa']) {
            const name = `${proto}-${type}.${asker}.example`;
            const by = Object.keys(servers)
              .filter((server) => Object.hasOwn(heard[server], name))
              .join();
            checks.check(`${what}: ${name} arrives at ${HEARD[asker] || 'nobody'}`, by === HEARD[asker], by || 'nobody');
            // For nobody Docker's resolver says that it failed.
            if (HEARD[asker] !== '') checks.check(`${what}: ${name} is answered`, answered.includes(name), answered.join());
          }
          const direct = Object.values(heard).flatMap((names) => Object.keys(names)).filter((name) => name.startsWith(`${proto}-direct`) && name.endsWith(`.${asker}.example`)); // prettier-ignore
          // Over IPv4 its own clients ask it directly, too; over IPv6 the flow is closed.
          const open = HEARD[asker] === 'unbound' ? [`${proto}-direct0.${asker}.example`] : [];
          checks.check(`${what}: of direct questions by ${proto} from ${asker} ${open.length} arrive`, direct.join() === open.join(), direct.join()); // prettier-ignore
        }
      }
      const plan = deployment.plan();
      checks.shown('the plan after apply is empty', !plan.changes, plan.text);
      deployment.destroy();
    });
  }
}
