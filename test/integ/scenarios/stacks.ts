// Public stacks as their users write them, on a host, with stand-ins that do what the entry points of the public images do: every service gets healthy, every
// declared flow is used, everything else that is tried is closed, plans are empty, and everything runs again after restarts of the engine.
// Each is a scenario of its own, so that it takes its turn alone.
import type { Scenario } from './index';
import { arr } from '../../stacks/arr';
import { authentik } from '../../stacks/authentik';
import { dockprom } from '../../stacks/dockprom';
import { elk } from '../../stacks/elk';
import { forge } from '../../stacks/forge';
import { immich } from '../../stacks/immich';
import { kafka } from '../../stacks/kafka';
import { mailcow } from '../../stacks/mailcow';
import { matrix } from '../../stacks/matrix';
import { pihole } from '../../stacks/pihole';
import type { PublicStack } from '../../stacks/stack';
import { traefik } from '../../stacks/traefik';
import { wgEasy } from '../../stacks/wg-easy';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS } from '../harness/deployment';
import { play, prepareStage, StackDeployment, type Used } from '../harness/stack-stage';
import { APPS } from '../harness/stand-ins/apps';
import { DATABASES } from '../harness/stand-ins/databases';
import { ELK } from '../harness/stand-ins/elk';
import { MAILCOW, WEB } from '../harness/stand-ins/mailcow';
import { METRICS } from '../harness/stand-ins/metrics';
import { NAMES } from '../harness/stand-ins/names';
import { SERVICES } from '../harness/stand-ins/services';
import { VPN } from '../harness/stand-ins/vpn';
import { newKey, serverSettings, TUNNEL, tunnelReaches } from '../harness/wireguard';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const ENGINES: readonly EngineId[] = ['26.1', '28.5', '29'];

const STACKS: Readonly<Record<string, PublicStack>> = {
  immich,
  authentik,
  elk,
  pihole,
  traefik,
  dockprom,
  mailcow,
  'wg-easy': wgEasy,
  arr,
  forge,
  kafka,
  matrix,
};
const STAND_INS = [...DATABASES, ...APPS, ...ELK, ...NAMES, ...METRICS, ...MAILCOW, ...WEB, ...VPN, ...SERVICES];
const TUNNEL_KEYS = { server: newKey(), client: newKey(), port: 51_820 };

/** What a user of a stack brings to the host: files that containers read. */
const BRINGS: Readonly<Record<string, (lab: Lab) => void>> = {
  elk: (lab) => {
    lab.writeFile('/srv/elk/pipeline/nginx.conf', 'input {}\n');
    lab.writeFile('/srv/elk/log/access.log', 'a line\n');
  },
  mailcow: (lab) => {
    for (const name of ['mysql', 'unbound']) lab.writeFile(`/srv/mailcow/conf/${name}/own.conf`, '# nothing of our own\n');
    lab.writeFile('/srv/mailcow/conf/nginx/site.conf', "server { listen 80; location / { return 200 'mail'; } }\n");
  },
  matrix: (lab) => {
    lab.writeFile('/srv/matrix/certs/fullchain.pem', 'a certificate\n');
    lab.writeFile('/srv/matrix/nginx/site.conf', 'server { listen 80; location / { proxy_pass http://app-synapse:8008; } }\n');
  },
  // A client that somebody made on the web page.
  'wg-easy': (lab) => lab.writeFile('/srv/wg/server', serverSettings(TUNNEL_KEYS), '600'),
};

/** What is used by its own protocol. */
const USES: Readonly<Record<string, (given: Used) => void>> = {
  forge: ({ checks, lab, what }) => {
    const { stdout } = lab.inNs('lanA', ['python3', '-c', `import socket; print(socket.create_connection(('${HOST_ADDRESS}', 2222), 3).recv(64))`]); // prettier-ignore
    checks.shown(`${what}: a client of the LAN gets through the lock of the SSH server`, stdout.includes('SSH-2.0'), stdout);
  },
  'wg-easy': (given) => tunnelReaches(given, TUNNEL_KEYS, 'wg-easy', [{ address: NET.internet, port: 443 }, { address: TUNNEL.gateway, port: 51_821 }]), // prettier-ignore
};

const prepare = () => prepareStage(STAND_INS);

function run(what: string, engine: EngineId, checks: Checks): void {
  const { program, dualStack } = STACKS[what];
  checks.step(what, () =>
    withLab(
      engine,
      (lab) =>
      play({ checks, lab, what, standIns: STAND_INS, deployment: new StackDeployment(lab, program, dualStack), dualStack, bring: BRINGS[what], uses: USES[what], keyed: [TUNNEL_KEYS.port] }), // prettier-ignore
    ),
  );
}

export const stacks: Readonly<Record<string, Scenario>> = Object.fromEntries(
  Object.keys(STACKS).map((what) => [`stack-${what}`, { engines: ENGINES, prepare, run: (engine, checks) => run(what, engine, checks) }]),
);
