// Overlays of a swarm: whom tasks ask for names, and what containers and services of others on the same node get to, from overlays of their own, from the
// network by which tasks leave the node, and from Docker's own bridge. One node is enough: what lies between two is the scenario `swarm`.
import { arrived, type Asker, byItself, judge, listenEverywhere, type Promised, RESOLVERS, setResolvers } from './attacks-2-dns-stage';
import { cardOf, macOf, openEverything, picture, sh, type Shot, shotText, volley } from './attacks-stage';
import { onGatewayNetwork } from './swarm-publications';
import { makeSwarm, nodeOf, OPEN, PUBLISHED, serviceOn, tasksOf, WORKERS } from './swarm-stage';
import { Cidr, EncryptedOverlay, type HardenedDaemon, type HardenedService, Peer, Port, PublishMode, SwarmCluster } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { containerActor } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { sleep, until } from '../lab/exec';
import { type Lab, type Where, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T08', 'T30', 'T31', 'T44', 'T45'];

const IN_THE_CLEAR = 'who gets in is asked here, and the kernel of this machine has no ESP';
const [TCP, UDP] = [[8080, 9090, 5432], [5353]];
const THEIRS = { overlay: 'theirs', service: 'guest', attachable: 'loose', container: 'other' } as const;
const GATEWAY = 'docker_gwbridge';
const PATIENCE = 120_000;

interface Shop {
  cluster: SwarmCluster;
  services: readonly HardenedService[];
}

/** web → api on one overlay, vault alone on another. A second node is declared, and never comes. */
const programFor =
  (lab: Lab, shop: Partial<Shop>): Program =>
  ({ stack, daemon }) => {
    const cluster = new SwarmCluster(stack, 'Swarm', {
      managers: [daemon as HardenedDaemon],
      workers: [nodeOf(stack, lab, WORKERS[0])],
      addressPool: Cidr.parse('10.64.0.0/16'),
      unencryptedIngressReason: IN_THE_CLEAR,
    });
    const [front, back] = ['Front', 'Back'].map((id) => new EncryptedOverlay(stack, id, { cluster, unencryptedReason: IN_THE_CLEAR }));
    const [web, api, vault] = [serviceOn(stack, 'Web', front), serviceOn(stack, 'Api', front), serviceOn(stack, 'Vault', back)];
    web.connections.allowTo(api, Port.tcp(8080));
    web.publish(Port.tcp(PUBLISHED), { targetPort: Port.tcp(8080), sources: [Peer.address(NET.lanA)], mode: PublishMode.HOST });
    web.publish(Port.tcp(OPEN), { targetPort: Port.tcp(9090), sources: [Peer.anyIpv4()], mode: PublishMode.HOST });
    Object.assign(shop, { cluster, services: [web, api, vault] });
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const shop: Partial<Shop> = {};
    const deployment = new Deployment(lab, programFor(lab, shop), { daemon: { liveRestore: false } });
    deployment.synth();
    const { watches } = makeSwarm([lab], deployment, shop.cluster!);
    deployment.apply();
    // What is opened for a control stays open.
    watches.forEach((watch) => lab.stopUnit(watch));
    const node = new Node(lab, checks, shop.services!);
    checks.step('others on the node', () => node.others());
    checks.step('frames of nodes', () => node.forgedNodes());
    checks.step('names', () => node.names());
    const { code, stdout } = lab.host(['bulkhead-firewall', 'check']);
    checks.shown('check has nothing to say after all of that', code === 0, stdout);
  });
}

class Node {
  private readonly probes: Probes;
  private readonly services: readonly string[];

  constructor(
    private readonly lab: Lab,
    private readonly checks: Checks,
    services: readonly HardenedService[],
  ) {
    this.probes = new Probes(lab);
    this.services = services.map(({ dnsName }) => dnsName);
    this.settled();
    lab.docker('network', 'create', '-d', 'overlay', '--subnet', '10.90.1.0/24', THEIRS.overlay);
    lab.docker('network', 'create', '-d', 'overlay', '--attachable', '--subnet', '10.90.2.0/24', THEIRS.attachable);
    const made = lab.host(['docker', 'service', 'create', '-d', '--name', THEIRS.service, '--network', THEIRS.overlay, '--endpoint-mode', 'dnsrr', '--no-resolve-image', 'lab:1']); // prettier-ignore
    checks.check('a service of others is made', made.code === 0, made.stderr);
    lab.docker('run', '-d', '--name', THEIRS.container, '--network', THEIRS.attachable, 'lab:1');
    lab.docker('run', '-d', '--name', 'bridged', '--network', GATEWAY, 'lab:1');
    lab.docker('run', '-d', '--name', 'stranger', 'lab:1');
    const came = until(() => this.taskOf(THEIRS.service) !== undefined, PATIENCE);
    checks.shown('control: a task of a service of others runs beside ours', came, () =>
      lab.docker('service', 'ps', '--no-trunc', THEIRS.service),
    );
  }

  private taskOf(service: string): string | undefined {
    return tasksOf({ labs: [this.lab] }, service)[0]?.id.slice(0, 12);
  }

  private settled(): void {
    const isThere = until(() => this.services.every((service) => tasksOf({ labs: [this.lab] }, service).length === 1), PATIENCE);
    this.checks.check('one task of each service runs', isThere, () => this.lab.docker('service', 'ls'));
  }

  /** Tasks of ours, on every address that they have: on their overlays, and on the network by which they leave the node. */
  private tasks(): { name: string; id: string; addresses: { network: string; address: string }[] }[] {
    const outward = onGatewayNetwork(this.lab);
    return this.services.map((name) => {
      const id = this.taskOf(name)!;
      const own = containerActor(this.lab, id).endpoints;
      const out = outward.filter((end) => end.id.startsWith(id)).map(({ address }) => ({ network: GATEWAY, address }));
      return { name, id, addresses: [...own, ...out] };
    });
  }

  others(): void {
    const { lab, checks } = this;
    const tasks = this.tasks();
    for (const { name, id } of tasks) this.serve(name, { container: id });
    this.serve('host', { host: true });
    const guest = this.taskOf(THEIRS.service);
    const senders = [...(guest === undefined ? [] : [guest]), THEIRS.container, 'bridged', 'stranger'];
    const nameOf = (sender: string) => (sender === guest ? 'a task of others' : sender);
    const to = (sender: string, what: string, dst: string, proto: Shot['proto'], port?: number): Shot => ({ from: nameOf(sender), where: { container: sender }, what, dst, proto, port, timeoutMs: 900 }); // prettier-ignore
    const targets = tasks.flatMap(({ name, addresses }) =>
      addresses.map(({ network, address }) => ({ what: `${name} on ${network}`, address })),
    );
    const shut = senders.flatMap((sender) => [
      ...targets.flatMap(({ what, address }) => [
        ...TCP.map((port) => to(sender, what, address, 'tcp', port)),
        ...UDP.map((port) => to(sender, what, address, 'udp', port)),
        to(sender, what, address, 'icmp'),
      ]),
      // What nodes have for each other, and what is published for somebody else.
      ...[2377, 7946, PUBLISHED].map((port) => to(sender, 'the node', HOST_ADDRESS, 'tcp', port)),
    ]);
    const hits = volley(lab, shut);
    for (const hit of hits) checks.check(`${shotText(hit)} is closed`, !hit.reached, `${hit.result.outcome} ${hit.result.token ?? ''}`);
    checks.say(`${hits.length} tries of others on the node, ${hits.filter(({ reached }) => reached).length} got through`);
    const open = volley(lab, senders.map((sender) => to(sender, 'what is published for everybody', HOST_ADDRESS, 'tcp', OPEN))); // prettier-ignore
    checks.say(`what is published for everybody: ${open.map((hit) => `${hit.from} ${hit.result.outcome}`).join(', ')}`);
    this.controls(shut, tasks);
  }

  /** Members of an overlay reach each other at these addresses; and those on bridges of the node are open where the guard and Docker's rules are not. */
  private controls(shut: readonly Shot[], tasks: ReturnType<Node['tasks']>): void {
    const { lab, checks } = this;
    const [web, api] = tasks;
    const { address } = api.addresses.find(({ network }) => web.addresses.some((own) => own.network === network && network !== GATEWAY))!;
    const { token } = this.probes.one({ container: web.id }, { proto: 'tcp', dst: address, port: 8080, timeoutMs: 3000, tries: 3 });
    checks.shown('control: a member of the overlay is answered at the same address', token === api.name, token);
    const through = this.opened(() => volley(lab, shut).filter(({ reached }) => reached));
    for (const from of new Set(shut.map((shot) => shot.from))) {
      const count = through.filter((hit) => hit.from === from).length;
      checks.shown(`control: without the guard ${count} tries of ${from} get through`, count > 0);
    }
    const stillShut = new Set(shut.filter(({ what }) => what.includes(' on app-')).map(({ dst }) => dst));
    const passed = through.filter(({ dst }) => stillShut.has(dst));
    checks.say(`without the guard ${passed.length} get to an address on an overlay: ${passed.slice(0, 3).map(shotText).join(', ')}`);
  }

  /** With the guard and Docker's own rules out of the way. */
  private opened<T>(ask: () => T): T {
    const back = picture(this.lab);
    openEverything(this.lab);
    const result = ask();
    back();
    sh(this.lab, 'conntrack -F >/dev/null 2>&1; :');
    return result;
  }

  /** Frames of an overlay in the clear, as nodes send them: from who is no node, and in the name of one. */
  forgedNodes(): void {
    const { lab, checks } = this;
    sh(lab, 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done');
    const [web, api] = this.tasks();
    const network = api.addresses.find(
      ({ network: name }) => name !== GATEWAY && web.addresses.some((own) => own.network === name),
    )!.network;
    const [from, to] = [web, api].map(({ id, addresses }) => {
      const { address } = addresses.find((end) => end.network === network)!;
      return { id, address, mac: cardOf(lab, id, address) };
    });
    const vni = Number(lab.docker('network', 'inspect', '--format', '{{index .Options "com.docker.network.driver.overlay.vxlanid_list"}}', network)); // prettier-ignore
    const inner = { src: from.address, dst: to.address, srcMac: from.mac, dstMac: to.mac, sport: 40_001, port: 5353, payload: 'by-the-underlay' }; // prettier-ignore
    const come = ({ where, dstMac }: { where: Where; dstMac: string }, src: string): number => {
      const sniffer = this.probes.start({ container: to.id }, 'sniff', { direction: 'in', proto: 'udp', text: inner.payload });
      const { sent } = this.probes.attack(where, 'vxlan', {
        src,
        dst: HOST_ADDRESS,
        sport: 40_002,
        port: 4789,
        vni,
        inner,
        device: 'eth0',
        dstMac,
        count: 3,
      });
      sleep(300);
      const { total } = sniffer.stop<{ total: number }>();
      checks.check(`frames from ${src} were sent`, sent === 3, String(sent));
      return total;
    };
    const node = `192.0.2.${WORKERS[0]}`;
    const lan = { where: { ns: 'lanB' } as const, dstMac: macOf(lab, 'eth0') };
    const stranger = { where: { container: 'stranger' }, dstMac: macOf(lab, 'docker0') };
    const [own] = containerActor(lab, 'stranger').endpoints;
    for (const [who, place, src] of [
      ['the LAN', lan, NET.lanB],
      ['a container of others', stranger, own.address],
      ['a container of others', stranger, NET.lanB],
    ] as const) {
      const count = come(place, src);
      checks.shown(`frames of an overlay from ${who} as ${src}, which is no node, arrive at no task`, count === 0, String(count));
    }
    // Of an underlay that lets addresses be forged the threat model promises nothing in the clear; and the control of the above.
    const [ofLan, ofOthers] = [come(lan, node), come(stranger, node)];
    checks.shown(`control: in the name of a node ${ofLan} of 3 from the LAN arrive in an overlay that is not encrypted`, ofLan > 0);
    checks.shown('in the name of a node none from a container of others arrives in it', ofOthers === 0, String(ofOthers));
    const back = picture(lab);
    lab.iptables('the guard', '-t', 'mangle', '-I', 'BULKHEAD-INPUT', '1', '-j', 'RETURN');
    const without = come(stranger, node);
    back();
    checks.shown(`control: without the guard ${without} of those do`, without > 0);
  }

  private serve(token: string, where: Where): void {
    const listeners = [...TCP.map((port) => ({ proto: 'tcp' as const, port })), ...UDP.map((port) => ({ proto: 'udp' as const, port }))];
    this.probes.serve(where, listeners.map((listener) => ({ ...listener, address: '0.0.0.0', token }))); // prettier-ignore
  }

  /** No task has a way out, and Docker's resolver has nobody to pass a question on to. */
  names(): void {
    const { lab, checks } = this;
    const promised: Promised = { expected: () => false, isLoose: () => false };
    for (const [what, resolvers] of Object.entries(RESOLVERS)) {
      setResolvers(lab, resolvers);
      // The engine reads them when a container starts.
      for (const service of this.services) lab.docker('service', 'update', '--force', '-q', service);
      this.settled();
      lab.docker('restart', '-t', '0', THEIRS.container);
      const askers = this.services.map((service): Asker => {
        const id = this.taskOf(service)!;
        return { name: id, where: { container: id } };
      });
      judge(checks, `tasks, ${what}`, listenEverywhere(lab, askers), { askers, promised });
      const other: Asker = { name: THEIRS.container, where: { container: THEIRS.container } };
      const ask = () => arrived(listenEverywhere(lab, [other]), other.name, 'embedded').length > 0;
      const isHeard = ask();
      checks.say(`what a container of others asks Docker's resolver ${isHeard ? 'arrives outside' : 'is closed by the guard'} (${what})`);
      // Early engines ask from the network by which the container leaves the node, where the guard stands.
      checks.shown(`control, ${what}: it arrives outside, or does so without the guard`, isHeard || this.opened(ask));
    }
    this.controlNames();
    this.insideNames();
  }

  /** Without the guard and Docker's rules, a task with a way out asks by itself whom it likes. */
  private controlNames(): void {
    const id = this.taskOf(this.services[0])!;
    const heard = this.opened(() => listenEverywhere(this.lab, [{ name: id, where: { container: id } }]));
    const direct = arrived(heard, id, 'inet4');
    this.checks.shown('control: without the guard what a task asks by itself arrives outside', direct.length > 0, JSON.stringify(heard));
  }

  /** Names of an overlay are known to its members alone. */
  private insideNames(): void {
    const [web, api, vault] = this.services;
    const knows = (container: string, name: string) => byItself(this.lab, container, name).includes('10.64.');
    this.checks.shown('Docker tells a member of an overlay the address of another', knows(this.taskOf(web)!, api));
    for (const [who, container, name] of [
      ['a task on another overlay', this.taskOf(vault)!, api],
      ['a member of one the name of another overlay', this.taskOf(web)!, vault],
      ['a container of others', THEIRS.container, api],
      ['a task of others', this.taskOf(THEIRS.service), api],
    ] as const) {
      if (container !== undefined) this.checks.shown(`and not ${who}`, !knows(container, name));
    }
  }
}
