import { Container } from '@cdktf/provider-docker/lib/container';
import { hardened } from './networks';
import { addClean, addNetwork, CLEAN, container, type FixPair, IMAGE, joined, network, NODE, ours, OVERLAY_OPTIONS, program, service, task } from './pair'; // prettier-ignore
import { accept } from './pair';

const SPELLING = ["use the spelling of the engine: 'CAP_NET_ADMIN', and 'ALL'"];
const VXLAN = 'com.docker.network.driver.overlay.vxlanid_list';
const ADDRESS = '10.9.0.10';
const BLOCK = { subnet: '10.9.0.0/24' };
const GATEWAY = { ipamConfig: [{ ...BLOCK, gateway: '10.9.0.1' }] };
const HTTPS = { internal: 8443, external: 8443, ip: '192.0.2.10' };
const DEVICE = { hostPath: '/dev/ttyUSB0', containerPath: '/dev/ttyUSB0', permissions: 'rwm' };
const LABELLED = { labels: [{ label: 'healthcheck-hash', value: '1f2e3d' }] };
const BY_ID = ["refer to the network by its id: '${docker_network.NAME.id}'"];

/** What the provider makes a change of that nobody wanted. */
export const TRAPS: readonly FixPair[] = [
  container('BH-T01', SPELLING, { capabilities: { drop: ['all'] } }, { capabilities: { drop: ['ALL'] } }),
  container(
    'BH-T01',
    SPELLING,
    { user: '0:0', capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
    { capabilities: { drop: ['ALL'], add: ['CAP_NET_BIND_SERVICE'] } },
    { beside: ['BH-C17'] },
  ),
  container(
    'BH-T02',
    ["also set 'memory_swap', to the same number if the container must not swap"],
    { memory: 128, memorySwap: undefined },
    { memorySwap: 128 },
  ),
  network('BH-T03', ["set the gateway in 'ipam_config', usually the first address of the block"], { ipamConfig: [BLOCK] }, GATEWAY),
  network(
    'BH-T04',
    [`choose the id yourself: '${VXLAN}' in 'options', such as '4097', another one for each overlay of the swarm`],
    { driver: 'overlay', options: { encrypted: 'true' } },
    { options: OVERLAY_OPTIONS },
  ),
  network(
    'BH-T04',
    ["have Terraform ignore changes of 'options'"],
    { driver: 'overlay', options: { encrypted: 'true' } },
    { lifecycle: { ignoreChanges: ['options'] } },
  ),
  program(
    'BH-T05',
    ["remove 'network_mode'; the container is then only on the networks of 'networks_advanced', with the addresses that are set there"],
    (raw, isFixed) => {
      const name = addNetwork(raw, 'Front', GATEWAY).id;
      const networkMode = isFixed ? undefined : name;
      addClean(raw, 'Web', { networkMode, networksAdvanced: [{ name, ipv4Address: ADDRESS }] });
    },
  ),
  ...[true, false].map((isAway) =>
    program(
      'BH-T06',
      [isAway ? "remove 'ports'" : 'also attach the container to a network that is not internal'],
      (raw, isFixed) => {
        const inner = addNetwork(raw, 'Inner', { internal: true }).id;
        const names = [inner, ...(isFixed && !isAway ? [addNetwork(raw, 'Outer').id] : [])];
        const networksAdvanced = names.map((name) => ({ name }));
        addClean(raw, 'Web', { networkMode: undefined, networksAdvanced, ...(!(isFixed && isAway) && { ports: [HTTPS] }) });
      },
      isAway ? {} : { thereafter: ['BH-N04'] },
    ),
  ),
  container(
    'BH-T07',
    ['publish the port of the container once, on one address'],
    { ports: [HTTPS, { ...HTTPS, ip: '127.0.0.1' }] },
    { ports: [HTTPS] },
    {},
    joined,
  ),
  container(
    'BH-T07',
    ['use another port of the container for a second publication'],
    { ports: [HTTPS, { ...HTTPS, external: 9443 }] },
    { ports: [HTTPS, { ...HTTPS, internal: 9443, external: 9443 }] },
    {},
    joined,
  ),
  ours(
    'BH-T08',
    [`repeat them in 'log_opts', such as { max-size = "10m", max-file = "3" }, with 'log_driver' as 'json-file'`],
    (isFixed) => {
      const { stack, daemon } = hardened();
      const provider = daemon._providerFor(stack);
      const web = new Container(stack, 'Web', {
        ...CLEAN,
        name: 'web',
        image: IMAGE,
        provider,
        logDriver: 'json-file',
        ...(isFixed && { logOpts: { 'max-size': '10m', 'max-file': '3' } }),
      });
      ['BH-C24', 'BH-C30'].forEach((ruleId) => accept(web, ruleId));
      return stack;
    },
  ),
  container(
    'BH-T09',
    [
      "give the container a label whose name contains 'healthcheck' and whose value changes with the check, such as a hash of it: a changed label replaces the container",
    ],
    { labels: undefined },
    LABELLED,
  ),
  container(
    'BH-T10',
    ["write it in the form that the provider reads back: '30s'", "for a minute '1m0s' in a container"],
    { healthcheck: { test: ['CMD', '/healthy'], interval: '60s', timeout: '0.5m' } },
    { healthcheck: { test: ['CMD', '/healthy'], interval: '1m0s', timeout: '30s' } },
  ),
  service(
    'BH-T10',
    ["write it in the form that the provider reads back: '30s'", "'1m' in a service"],
    { updateConfig: { delay: '60s', monitor: '30000ms' } },
    { updateConfig: { delay: '1m', monitor: '30s' } },
  ),
  program('BH-T11', BY_ID, (raw, isFixed) => {
    const front = addNetwork(raw, 'Front');
    addClean(raw, 'Web', { networkMode: undefined, networksAdvanced: [{ name: isFixed ? front.id : front.name }] });
  }),
  program('BH-T11', BY_ID, (raw, isFixed) => {
    const front = addNetwork(raw, 'Front');
    addClean(raw, 'Web', { networkMode: undefined, networksAdvanced: [{ name: isFixed ? front.id : 'front' }] });
  }),
  service('BH-T11', BY_ID, {}, {}, { engine: NODE }, (raw, isFixed) => {
    const back = addNetwork(raw, 'Back', { driver: 'overlay', options: OVERLAY_OPTIONS });
    return { taskSpec: task({}, { networksAdvanced: [{ name: isFixed ? back.id : 'back' }] }) };
  }),
  container(
    'BH-T12',
    ['give the name an IPv4 address'],
    { host: [{ host: 'db', ip: 'fd00::5' }] },
    { host: [{ host: 'db', ip: '10.9.0.5' }] },
  ),
  container('BH-T12', ['add it to a DNS server'], { host: [{ host: 'db', ip: 'fd00::5' }] }, { host: undefined }),
  container(
    'BH-T13',
    ["set all three: 'host_path', 'container_path' and 'permissions', such as 'rwm'"],
    { devices: [{ hostPath: DEVICE.hostPath }] },
    { devices: [DEVICE] },
    { beside: ['BH-C23'] },
  ),
  network('BH-T14', ["remove 'check_duplicate'"], { checkDuplicate: true }, { checkDuplicate: undefined }),
];
