// Sends the questions and compares: what the walk delivers is answered by whom it says, and nothing else is.
import { type HostPlan, isSince, type TopologyPlan } from './engine-topology';
import { Crowd, type Task } from './generate-traffic';
import { type Knock, LOOPBACKS, OUTSIDE, type Outsider, OUTSIDERS, probeOf, type Question } from './packets-questions';
import type { Endpoint } from './packets-view';
import type { HostView, ProxyListener } from '../../../src/reachability/private/walk/host-view';
import type { Outcome } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Where } from '../lab/lab';
import type { Listener, Probe, ProbeResult } from '../lab/probe';

export interface Asked extends Question {
  readonly expected: Outcome;
}

export interface Answered extends Asked {
  readonly result: ProbeResult;
}

const ROUNDS = 3;

/** Everybody listens on every port that anybody asks for, so that closed never means that nobody was there. */
export function listenEverywhere(
  crowd: Crowd,
  topology: TopologyPlan,
  view: HostView,
  endpoints: readonly Endpoint[],
  questions: readonly Question[],
): void {
  const ports = [...new Map(questions.map(({ protocol, port }) => [`${protocol} ${port}`, { protocol, port }])).values()];
  const wanted = ports.filter((each): each is Knock & { protocol: Listener['proto'] } => each.protocol !== 'icmp');
  const published = publishedPorts(topology);
  const strays = wanted.filter(({ port }) => !published.has(port));
  const own = view.interfaces.flatMap(({ addresses }) => addresses.map((address) => address.split('/')[0]));
  const [own4, own6] = [own.filter((address) => !address.includes(':')), own.filter((address) => address.includes(':'))];
  crowd.serve([
    ...topology.containers.map(({ name }) => {
      const sixes = endpoints.flatMap(({ container, ipv6 }) => (container === name && ipv6 !== undefined ? [ipv6] : []));
      return { where: { container: name }, spec: listeners(name, wanted, sixes) };
    }),
    {
      where: { host: true },
      spec: [
        ...listeners('host', strays, own6),
        // The engine has some of them, each only where it was published.
        ...wanted
          .filter(({ port }) => published.has(port))
          .flatMap(({ protocol, port }) =>
            [...own4, ...own6, LOOPBACKS[1]].map((address) => ({ proto: protocol, address, port, token: 'host' })),
          ),
      ],
    },
    ...OUTSIDERS.map((name) => ({
      where: { ns: name },
      spec: listeners(name, strays, [OUTSIDE[name][1]]),
    })),
  ]);
}

/** Over UDP and IPv6 the answer comes from the address that was asked only where the listener names it. */
function listeners(
  token: string,
  ports: readonly { readonly protocol: Listener['proto']; readonly port: number }[],
  sixes: readonly string[],
): Listener[] {
  return ports.flatMap(({ protocol, port }) =>
    ['0.0.0.0', ...(protocol === 'tcp' ? ['::'] : sixes)].map((address) => ({ proto: protocol, address, port, token })),
  );
}

/** Before, docker-proxy answers over UDP from whatever address routing chooses, where it listens on all: who asked another one hears nothing. */
const ANSWERS_AS_ASKED = '28.0';

/**
 * What the walk says to each question; without those that end at a port which the engine holds at the host and never answers on, and without those
 * that its proxy answers from a wrong address.
 */
export function predict(plan: HostPlan, view: HostView, held: readonly ProxyListener[], questions: readonly Question[]): Asked[] {
  const isAnswered = ({ expected, protocol, port, to }: Asked) => {
    const everywhere = to.includes(':') ? '::' : '0.0.0.0';
    const listener = held.find((one) => one.protocol === protocol && one.port === port && [to, everywhere].includes(one.address));
    if (!listener || !expected.receiver) {
      return true;
    }
    const isAstray = protocol === 'udp' && listener.address === everywhere && !isSince(plan, ANSWERS_AS_ASKED);
    return expected.receiver.proxied ? !isAstray : expected.receiver.kind !== 'host';
  };
  return questions.map((question) => ({ ...question, expected: walk(view, probeOf(question)) })).filter(isAnswered);
}

/** What should be open and was not is asked again when the rush is over; so is what could not be sent. */
export function askAll(crowd: Crowd, asked: readonly Asked[]): Answered[] {
  const sources = [...new Set(asked.map(({ source }) => source))];
  const bySource = sources.map((source) => asked.filter((each) => each.source === source));
  const results = crowd.ask(bySource.map((list, i) => taskOf(sources[i], list)));
  for (let round = 0; round < ROUNDS; round++) {
    const late = bySource
      .map((list, i) => ({ i, places: list.flatMap((each, n) => (differs(each, results[i][n]) ? [n] : [])) }))
      .filter(({ places }) => places.length > 0);
    if (late.length === 0) break;
    const tasks = late.map(({ i, places }) =>
      taskOf(
        sources[i],
        places.map((n) => bySource[i][n]),
      ),
    );
    crowd.forgetNeighbours(tasks);
    const again = crowd.ask(tasks);
    late.forEach(({ i, places }, l) => places.forEach((n, k) => (results[i][n] = again[l][k])));
  }
  return bySource.flatMap((list, i) => list.map((each, n) => ({ ...each, result: results[i][n] })));
}

function taskOf(source: string, list: readonly Asked[]): Task<Probe> {
  return {
    where: whereIs(source),
    spec: list.map(({ to, protocol, port, expected }, n) => {
      const isOpen = receiverOf(expected) !== undefined;
      const src = source === 'inet' ? { src: OUTSIDE.inet[to.includes(':') ? 1 : 0] } : {};
      return { id: String(n), proto: protocol, dst: to, port, timeoutMs: isOpen ? 3000 : 1500, tries: isOpen ? 3 : 1, ...src };
    }),
  };
}

function whereIs(station: string): Where {
  return station === 'host' ? { host: true } : station in OUTSIDE ? { ns: station as Outsider } : { container: station };
}

/** What is wrong with an answer; empty where nothing is. */
export function differs({ protocol, expected }: Asked, { outcome, token, detail }: ProbeResult): string {
  const observed = `${outcome}${token ? ` by ${token}` : ''}${detail ? ` (${detail})` : ''}`;
  if (outcome === 'error') {
    return `could not be asked: ${observed}`;
  }
  const wanted = receiverOf(expected);
  if (wanted === undefined) {
    return outcome === 'open' || outcome === 'refused' ? `${expected.disposition} (${expected.reason}), observed ${observed}` : '';
  }
  const isRight = outcome === 'open' && (protocol === 'icmp' || token === wanted);
  return isRight ? '' : `DELIVERED to ${wanted}, observed ${observed}`;
}

/** Who should answer; nobody also where the packet gets out, but to an address that nobody has there. */
function receiverOf({ disposition, receiver }: Outcome): string | undefined {
  if (disposition !== 'DELIVERED') {
    return undefined;
  }
  const { kind, container, address } = receiver!;
  return kind === 'outside' ? OUTSIDERS.find((name) => OUTSIDE[name].includes(address)) : (container ?? kind);
}

function publishedPorts({ containers }: TopologyPlan): ReadonlySet<number> {
  return new Set(containers.flatMap(({ ports }) => ports.flatMap(({ host, count }) => Array.from({ length: count }, (_, i) => host + i))));
}
