// WireGuard in the lab: keys, the settings of a server, and a client on the LAN. The kernel of the lab has no WireGuard, so wireguard-go runs over /dev/net/tun.
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Checks } from './checks';
import { HOST_ADDRESS } from './deployment';
import { containerActor, gateways, subnets } from './matrix';
import { until } from '../lab/exec';
import { wireguardProgram } from '../lab/gobuild';
import type { Lab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

export const TUNNEL = { gateway: '10.8.0.1', client: '10.8.0.2' };

export interface Key {
  readonly own: Buffer;
  readonly shown: Buffer;
}

export function newKey(): Key {
  const { d, x } = crypto.generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return { own: Buffer.from(d!, 'base64url'), shown: Buffer.from(x!, 'base64url') };
}

export interface TunnelKeys {
  readonly server: Key;
  readonly client: Key;
  readonly port: number;
}

/** The file of `wg setconf` with one client; `more` are lines of wg-quick for the interface. */
export function serverSettings({ server, client, port }: TunnelKeys, more: readonly string[] = []): string {
  const text = ['[Interface]', `PrivateKey = ${server.own.toString('base64')}`, `ListenPort = ${port}`, ...more, '[Peer]', `PublicKey = ${client.shown.toString('base64')}`, `AllowedIPs = ${TUNNEL.client}/32`]; // prettier-ignore
  return `${text.join('\n')}\n`;
}

/** wg-quick for somebody without the kernel's WireGuard; its socket lies in a /run of its own. */
const CLIENT = `
set -e
mount -t tmpfs none /run
mkdir -p /run/wireguard
"$1" -f wg0 & program=$!
until [ -S /run/wireguard/wg0.sock ]; do sleep 0.1; done
python3 - "$2" <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect('/run/wireguard/wg0.sock')
s.sendall(sys.argv[1].replace(' ', '\\n').encode() + b'\\n\\n')
assert b'errno=0' in s.recv(4096)
END
ip address add ${TUNNEL.client}/24 dev wg0
ip link set wg0 up
wait $program
`;

/** A client on the LAN, which comes in by the publication of the host. */
export function startClient(lab: Lab, checks: Checks, { server, client, port }: TunnelKeys): void {
  const words = [
    'set=1',
    `private_key=${client.own.toString('hex')}`,
    `public_key=${server.shown.toString('hex')}`,
    `endpoint=${HOST_ADDRESS}:${port}`,
    'allowed_ip=0.0.0.0/0',
  ];
  const log = path.join(lab.runDir, 'wireguard.log');
  lab.backgroundIn({ ns: 'lanA' }, ['unshare', '-m', 'sh', '-c', CLIENT, 'sh', wireguardProgram(), words.join(' ')], log);
  const isUp = until(() => {
    const { stdout } = lab.inNs('lanA', ['ip', 'address', 'show', 'wg0']);
    return stdout.includes(TUNNEL.client) && /[<,]UP[,>]/.test(stdout);
  }, 20_000);
  checks.shown('the client has its interface', isUp, fs.readFileSync(log, 'utf8'));
}

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** The address of a container in a network that the gateway is in, too. */
export function behind(lab: Lab, gateway: string, name: string): string {
  const near = new Set(containerActor(lab, gateway).endpoints.map(({ network }) => network));
  return containerActor(lab, name).endpoints.find(({ network }) => near.has(network))!.address;
}

/** A client reaches each of the places through the tunnel, and of all other places nothing: who listens there is the stage's matter. */
export function tunnelReaches(
  { lab, checks, what }: { readonly lab: Lab; readonly checks: Checks; readonly what: string },
  keys: TunnelKeys,
  gateway: string,
  open: readonly Place[],
): void {
  const probes = new Probes(lab);
  startClient(lab, checks, keys);
  const isIpv4 = (address: string) => !address.includes(':');
  // Without these routes the probes would take the client's own way, and say nothing of the tunnel.
  for (const net of [
    ...subnets(lab)
      .map(({ Subnet }) => Subnet)
      .filter(isIpv4),
    NET.internet,
  ]) {
    const { code, stderr } = lab.inNs('lanA', ['ip', 'route', 'replace', net, 'dev', 'wg0']);
    checks.check(`${what}: the way of the client to ${net} is the tunnel`, code === 0, stderr);
  }
  const outcomes = (places: readonly Place[], timeoutMs: number) =>
    probes.run({ ns: 'lanA' }, places.map(({ address, port }) => ({ id: `${address} ${port}`, proto: 'tcp' as const, dst: address, port, timeoutMs }))); // prettier-ignore
  const reached = outcomes(open, 3000);
  checks.shown(`${what}: a client of the VPN reaches ${open.length} places through the tunnel`, reached.every(({ outcome }) => outcome === 'open'), JSON.stringify(reached)); // prettier-ignore
  const names = lab.docker('ps', '--format', '{{.Names}}').split('\n').filter((name) => name !== '' && name !== gateway); // prettier-ignore
  const addresses = [
    ...names.flatMap((name) => containerActor(lab, name).endpoints.map(({ address }) => address)),
    ...gateways(lab),
    NET.internet,
  ];
  const ports = [...new Set([...open.map(({ port }) => port), 22, 9999])];
  const isOpen = (place: Place) => open.some(({ address, port }) => address === place.address && port === place.port);
  const closed = addresses.filter(isIpv4).flatMap((address) => ports.map((port) => ({ address, port }))).filter((place) => !isOpen(place)); // prettier-ignore
  const leaks = outcomes(closed, 1500).filter(({ outcome }) => outcome === 'open' || outcome === 'refused');
  checks.shown(`${what}: everything else is closed for it (${closed.length} probes)`, closed.length > 5 && leaks.length === 0, JSON.stringify(leaks)); // prettier-ignore
}
