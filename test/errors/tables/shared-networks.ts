import {
  Capability,
  ContainerNetwork,
  ContainerSysctl,
  ContainerUser,
  HardenedContainer,
  type HardenedContainerProps,
  Peer,
  Port,
} from '../../../src';
import { HOST_ADDRESS, IMAGE, type Program } from '../../support/programs';
import { type Entry, program, told } from '../entry';

const HTTP = Port.tcp(8080);
const HOW = { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] };

function sharing(p: Program, other: HardenedContainer, props: Partial<HardenedContainerProps> = {}, id = 'Side'): HardenedContainer {
  const network = ContainerNetwork.container(other, { reason: 'reads what listens on its loopback interface' });
  return new HardenedContainer(p.stack, id, { network, image: IMAGE, ...props });
}

/** Containers in the network of another one, and gateways. */
export const SHARED_NETWORKS: readonly Entry[] = [
  program('SharedNetworkRefused', told('app/Side', "'hostname' is set", "those of 'app/Web'; set it there"), (p, isMended) => {
    const given = { hostname: 'shop' };
    sharing(p, p.container('Web', p.segment('Front'), isMended ? given : {}), isMended ? {} : given);
    return (s) => s.container('app-web').hostname === 'shop';
  }),
  program('SharedNetworkRefused', told('app/Side', 'the program publishes tcp/8080', 'call publish() there'), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    const side = sharing(p, web);
    (isMended ? web : side).publish(HTTP, HOW);
    return (s) => s.container('app-web').ports.length === 1;
  }),
  program(
    'SharedNetworkRefused',
    told('app/Other', "'app/Side' itself shares the network of 'app/Web'", 'name that container'),
    (p, isMended) => {
      const web = p.container('Web', p.segment('Front'));
      const side = sharing(p, web);
      sharing(p, isMended ? web : side, {}, 'Other');
      return (s) => s.container('app-other').network_mode === s.container('app-side').network_mode;
    },
  ),
  program(
    'SysctlGuarded',
    told('app/Vpn', "'sysctls' turns on forwarding of ipv4", "add Capability.of('NET_ADMIN', { reason })"),
    (p, isMended) => {
      p.container('Vpn', p.segment('Tunnel'), {
        sysctls: [ContainerSysctl.ipv4Forwarding()],
        user: ContainerUser.root({ reason: 'makes an interface and its routes' }),
        capabilities: isMended ? [Capability.of('NET_ADMIN', { reason: 'makes the interface of the tunnel' })] : [],
      });
      return (s) => s.container().sysctls['net.ipv4.ip_forward'] === '1';
    },
  ),
  program('FlowToSelf', told('app/Side', ['app/Side', 'app/Web', '127.0.0.1'], 'remove the flow'), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    const side = sharing(p, web);
    if (!isMended) side.connections.allowTo(web, HTTP);
    return (s) => s.names('docker_container').length === 2;
  }),
];
