import { Container } from '@cdktf/provider-docker/lib/container';
import { Network } from '@cdktf/provider-docker/lib/network';
import { Service } from '@cdktf/provider-docker/lib/service';
import { ContainerImage, EncryptedOverlay, HardenedService, HealthCheck, type IPeer, Peer, Port } from '../../../src';
import { HOST_ADDRESS, type Program } from '../programs';
import { hardened, hardenedSwarm } from './networks';
import { accept, addClean, addNetwork, CLEAN, CLOSED_INSIDE, container, type FixPair, IMAGE, joined, type More, ours, program, service, task } from './pair'; // prettier-ignore

const published = (external: number, internal: number, ip: string | undefined = HOST_ADDRESS) => ({
  ports: [{ external, internal, ...(ip && { ip }) }],
});
const endpoint = (publishedPort: number, targetPort: number) => ({ endpointSpec: { ports: [{ publishedPort, targetPort }] } });
const WHERE = "set the intended address of the host: 'ip' of 'ports'";
const FEW = Peer.cidr('198.51.100.0/24');

/** A raw container on a network of its own, and what it publishes. */
function raw(ruleId: string, follows: readonly string[], bad: object, change: object, more: More = {}): FixPair {
  return container(ruleId, follows, bad, change, more, joined);
}

/** A container of ours on an address, for some. */
function publishing(host: Program, port: Port, sources: IPeer[], hostAddress = HOST_ADDRESS): Program {
  const options = { image: ContainerImage.fromRegistry(IMAGE), healthCheck: HealthCheck.command(['/healthy']) };
  const web = host.container('Web', host.segment('Front'), options);
  web.publish(port, { hostAddress, sources });
  ['BH-C28', 'BH-C30'].forEach((ruleId) => accept(web, ruleId));
  return host;
}

/** A raw service beside one of ours, published by itself, by being one of ours, or through a front. */
function inSwarm(way: 'itself' | 'ours' | 'front') {
  const { stack, cluster, manager } = hardenedSwarm();
  const image = ContainerImage.fromRegistry(IMAGE);
  const overlay = new EncryptedOverlay(stack, 'Back', { cluster });
  const front = new HardenedService(stack, 'Front', { overlay, image });
  if (way === 'front') front.publish(Port.tcp(8443), { sources: [FEW] });
  if (way === 'ours') {
    new HardenedService(stack, 'Web', { overlay, image }).publish(Port.tcp(9443), { sources: [FEW] });
    return stack;
  }
  const networksAdvanced = [{ name: (overlay.node.defaultChild as Network).id }];
  const provider = manager._providerFor(stack);
  new Service(stack, 'Web', {
    name: 'web',
    taskSpec: task({}, { networksAdvanced }),
    ...(way === 'itself' && endpoint(9443, 9443)),
    provider,
  });
  return stack;
}

/** What of containers and services is open on the host. */
export const PUBLICATIONS: readonly FixPair[] = [
  raw('BH-P01', [WHERE, "such as '192.0.2.10'"], published(8443, 8443, ''), published(8443, 8443, '192.0.2.10'), { beside: ['BH-P07'] }),
  raw('BH-P01', [WHERE, "'127.0.0.1' for the host only"], published(8443, 8443, '::'), published(8443, 8443, '127.0.0.1'), {
    beside: ['BH-P07'],
  }),
  ours(
    'BH-P01',
    [WHERE, "(or 'hostAddress' of publish())", "such as '192.0.2.10'"],
    (isFixed) => publishing(hardened(), Port.tcp(8443), [Peer.anyIpv4()], isFixed ? HOST_ADDRESS : '0.0.0.0').stack,
  ),
  raw(
    'BH-P02',
    ['publish on a port from 1024 on, such as 8443, and use a load balancer for the well-known port'],
    published(443, 8443),
    published(8443, 8443),
  ),
  service(
    'BH-P02',
    ['publish on a port from 1024 on, such as 8443, and use a load balancer for the well-known port'],
    endpoint(443, 8443),
    endpoint(8443, 8443),
    { beside: ['BH-P05'], thereafter: ['BH-P05'] },
  ),
  raw(
    'BH-P02',
    ['if the container is the public entry point of the host, suppress this finding with that reason'],
    published(443, 8443),
    {},
    { accepts: true },
  ),
  raw(
    'BH-P03',
    ["remove 'publish_all_ports'", "publish the ports that are needed, one by one, in 'ports'"],
    { publishAllPorts: true },
    { publishAllPorts: undefined, ...published(8443, 8443) },
  ),
  raw('BH-P04', ["publish it on '127.0.0.1' ('ip' of 'ports')"], published(5432, 5432), published(5432, 5432, '127.0.0.1')),
  program('BH-P04', ['do not publish it: containers that need it can join its network'], (stack, isFixed) => {
    const networks = { networkMode: undefined, networksAdvanced: [{ name: addNetwork(stack, 'Data').id }] };
    addClean(stack, 'Db', { ...networks, ...(!isFixed && published(5432, 5432)) });
    addClean(stack, 'Api', isFixed ? networks : {});
  }),
  service(
    'BH-P04',
    ['do not publish it', 'other services do not need a published port'],
    endpoint(6379, 6379),
    { endpointSpec: undefined },
    {
      beside: ['BH-P05'],
    },
  ),
  raw('BH-P04', ['if every client is meant to reach it, as with the SSH server of a forge, suppress this finding with that reason'], published(5432, 5432), {}, { accepts: true }), // prettier-ignore
  ours('BH-P05', ['use a HardenedService of a SwarmCluster and publish() it with the sources that may connect'], (isFixed) =>
    inSwarm(isFixed ? 'ours' : 'itself'),
  ),
  ours(
    'BH-P05',
    ['do not publish the port: other services can join its overlay, such as a published HardenedService that acts as a reverse proxy'],
    (isFixed) => inSwarm(isFixed ? 'front' : 'itself'),
  ),
  raw('BH-P06', ['publish a port that uses TLS, such as 8443 of a reverse proxy', "keep this port on '127.0.0.1'"], published(8080, 8080), {
    ports: [...published(8443, 8443).ports, ...published(8080, 8080, '127.0.0.1').ports],
  }),
  raw(
    'BH-P06',
    ['publish a port that uses TLS, such as 8443 of a reverse proxy', 'unpublished'],
    published(8080, 8080),
    published(8443, 8443),
  ),
  raw(
    'BH-P06',
    ['if the service already uses TLS on this port, suppress this finding with that reason'],
    published(8080, 8080),
    {},
    { accepts: true },
  ),
  ours(
    'BH-P06',
    ["keep this port on '127.0.0.1'"],
    (isFixed) => publishing(hardened(), Port.tcp(9042), isFixed ? [] : [FEW], isFixed ? '127.0.0.1' : HOST_ADDRESS).stack,
  ),
  raw('BH-P07', ["set 'ip' of 'ports' to one address of the host, preferably '127.0.0.1'"], published(8443, 8443, '0.0.0.0'), published(8443, 8443, '127.0.0.1'), { beside: ['BH-P01'] }), // prettier-ignore
  ours(
    'BH-P07',
    ['publish from a HardenedContainer on a HardenedDaemon, whose guard admits only the declared sources'],
    (isFixed) => {
      const host = hardened();
      if (isFixed) return publishing(host, Port.tcp(8443), [FEW], '0.0.0.0').stack;
      const { stack, daemon } = host;
      const provider = daemon._providerFor(stack);
      const name = new Network(stack, 'Front', { name: 'front', options: CLOSED_INSIDE, provider }).id;
      const networks = { networkMode: undefined, networksAdvanced: [{ name }] };
      const config = { ...CLEAN, ...networks, ...published(8443, 8443, '0.0.0.0'), name: 'web', image: IMAGE, provider };
      accept(new Container(stack, 'Web', config), 'BH-C24');
      return stack;
    },
    // Behind the guard it is a warning.
    { beside: ['BH-P01'], thereafter: ['BH-P01'] },
  ),
];
