// What only the live host can say: its kernel's switches, and which way the containers' default routes lead.
import type { HostView } from '../../../src/reachability/private/walk/host-view';
import type { Family } from '../../../src/topology/private/terms';
import type { Lab } from '../lab/lab';

export interface Switches {
  readonly forwarding: HostView['forwarding'];
  /** By bridge, whether its frames meet the rules. */
  readonly filtersFrames: ReadonlyMap<string, Readonly<Record<Family, boolean>>>;
  /** Bridges whose ports send a frame back. */
  readonly hairpin: ReadonlySet<string>;
  /** Interfaces that route 127.0.0.0/8. */
  readonly routeLocalnet: ReadonlySet<string>;
  /** Those of the host itself, with prefix lengths; what it has for every link left out. */
  readonly addresses: ReadonlySet<string>;
  /** By container, addresses of the interfaces that its default routes lead over. */
  readonly defaultRoutes: ReadonlyMap<string, ReadonlySet<string>>;
}

// Every line a value; a switch of a module that is not there is off.
const READ = `
value() { cat "$1" 2>/dev/null || echo 0; }
cd /proc/sys/net
for name in ipv4/ip_forward ipv6/conf/all/forwarding bridge/bridge-nf-call-iptables bridge/bridge-nf-call-ip6tables ipv4/conf/all/route_localnet; do
  value $name
done
ip -d -j link show
ip -j addr show scope global | tr -d '\\n'; echo
for name in "$@"; do value ipv4/conf/$name/route_localnet; done`;
const READ_CONTAINERS = `
for pid in "$@"; do
  nsenter --net=/proc/$pid/ns/net sh -c 'for words in "addr show" "-4 route show default" "-6 route show default"; do ip -j $words | tr -d "\\n"; echo; done'
done`;

interface Interface {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}

interface Link {
  readonly ifname: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly nf_call_iptables?: number; readonly nf_call_ip6tables?: number };
    readonly info_slave_data?: { readonly hairpin?: boolean };
  };
}

export function readSwitches(lab: Lab, interfaces: readonly string[], containers: readonly { readonly name: string }[]): Switches {
  const lines = lab.inNs('host', ['sh', '-c', READ, 'sh', ...interfaces]).stdout.split('\n');
  const [forward4, forward6, frames4, frames6, localnet] = lines.slice(0, 5).map((line) => line !== '0');
  const links = JSON.parse(lines[5]) as Link[];
  const bridges = links.filter(({ linkinfo }) => linkinfo?.info_kind === 'bridge');
  // Interfaces that have no such address stand there, too, as empty objects.
  const own = (JSON.parse(lines[6]) as Partial<Interface>[]).flatMap(({ addr_info = [] }) => addr_info.filter(({ local }) => local));
  const one = lines.slice(7, 7 + interfaces.length).map((line) => line !== '0');
  return {
    forwarding: { ipv4: forward4, ipv6: forward6 },
    filtersFrames: new Map(
      bridges.map(({ ifname, linkinfo }) => [
        ifname,
        { ipv4: frames4 || linkinfo?.info_data?.nf_call_iptables === 1, ipv6: frames6 || linkinfo?.info_data?.nf_call_ip6tables === 1 },
      ]),
    ),
    hairpin: new Set(links.flatMap(({ master, linkinfo }) => (master && linkinfo?.info_slave_data?.hairpin ? [master] : []))),
    routeLocalnet: new Set(interfaces.filter((_, i) => localnet || one[i])),
    addresses: new Set(own.map(({ local, prefixlen }) => `${local}/${prefixlen}`)),
    defaultRoutes: readDefaultRoutes(
      lab,
      containers.map(({ name }) => name),
    ),
  };
}

function readDefaultRoutes(lab: Lab, names: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const pids = names.map((name) => String(lab.containerPid(name)));
  const lines = lab.inNs('host', ['sh', '-c', READ_CONTAINERS, 'sh', ...pids]).stdout.split('\n');
  return new Map(
    names.map((name, i) => {
      const [interfaces, ...routes] = lines.slice(3 * i, 3 * i + 3).map((line) => JSON.parse(line || '[]') as unknown) as [
        Interface[],
        { dev: string }[],
        { dev: string }[],
      ];
      const addresses = routes.flatMap((family, f) =>
        family.flatMap(({ dev }) => {
          const all = interfaces.find(({ ifname }) => ifname === dev)?.addr_info ?? [];
          return all.map(({ local }) => local).filter((local) => local.includes(':') === (f === 1));
        }),
      );
      return [name, new Set(addresses)];
    }),
  );
}
