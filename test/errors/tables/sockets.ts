import { BridgeSegment, ContainerNetwork, HardenedContainer, SocketAccess, SocketProxy, VolumeMount } from '../../../src';
import { IMAGE, newDaemon } from '../../support/programs';
import { type Entry, program, told } from '../entry';

/** Errors of the way to the engine's socket. */
export const SOCKETS: readonly Entry[] = [
  program(
    'EngineSocketMounted',
    told(
      undefined,
      "'/var/run/docker.sock' is the engine's socket",
      'remove the mount, and let the container ask a SocketProxy, which passes only the calls that the program allows: new SocketProxy(…).allow(container, SocketAccess.containerList())',
    ),
    (p, isMended) => {
      const watcher = (props = {}) => p.container('Watcher', p.segment('Front'), props);
      if (!isMended) watcher({ volumes: [VolumeMount.hostPath('/var/run/docker.sock', '/var/run/docker.sock')] });
      new SocketProxy(p.stack, 'Socket', { segment: p.segment('Engine'), image: IMAGE }).allow(watcher(), SocketAccess.containerList());
      return (s) => s.container('app-socket').env[0].includes('/containers/json');
    },
  ),
  program(
    'NotAWorkload',
    told('app/Socket', "'client' must be a HardenedContainer in a segment", 'place the client in a segment'),
    (p, isMended) => {
      const proxy = new SocketProxy(p.stack, 'Socket', { segment: p.segment('Engine'), image: IMAGE });
      const place = isMended
        ? { segment: p.segment('Front') }
        : { network: ContainerNetwork.host({ reason: 'it reads the counters of the host' }), daemon: p.daemon };
      const agent = new HardenedContainer(p.stack, 'Agent', { image: IMAGE, ...place });
      proxy.allow(agent, SocketAccess.events());
      return (s) => s.container('app-socket').env[0].includes('/events');
    },
  ),
  program(
    'NotAWorkload',
    told('app/Socket', "'app/Far' is on another daemon than the proxy", "name a container on 'app/Edge'"),
    (p, isMended) => {
      const proxy = new SocketProxy(p.stack, 'Socket', { segment: p.segment('Engine'), image: IMAGE });
      const daemon = isMended ? p.daemon : newDaemon(p.stack, {}, 'Other');
      const far = p.container('Far', new BridgeSegment(p.stack, 'Back', { daemon }));
      proxy.allow(p.container('Web', p.segment('Front')), SocketAccess.restart(far, { reason: 'a button of the board' }));
      return (s) => s.container('app-socket').env[0].includes('/containers/app-far/restart');
    },
  ),
  program(
    'NotASegment',
    told('app/Socket', "'segment' is 'app/Lan', where others can use the address of a client", 'place the proxy in a BridgeSegment'),
    (p, isMended) => {
      const segment = isMended ? p.segment('Engine') : p.lan('Lan');
      new SocketProxy(p.stack, 'Socket', { segment, image: IMAGE });
      return (s) => s.names('docker_container').includes('app-socket');
    },
  ),
];
