import { ask, container, EVERY, network, NONE, only, type Page } from '../page';

const vault = network('vault', '10.84.0.0/24', { internal: true });
const key = container('key', 'vault', '10.84.0.10');
const seal = container('seal', 'vault', '10.84.0.11');

export const internalNetwork: Page = {
  name: '06-internal-network',
  title: 'An internal network reaches the host',
  text: [
    `\`--internal\` closes a network to all forwarded traffic: there is no translation and no access to or from the outside. But traffic to the
host is not forwarded. The host's bridge has an address in the network, packets to it go to \`INPUT\`, and Docker adds no rule there.
Therefore a container of an internal network reaches every service of the host that listens on all addresses, and the host reaches every
container.`,
  ],
  parts: [
    {
      title: 'What "internal" leaves open',
      text: [
        `Which addresses of the host are reachable depends on the container's default route. 20.10 gives the container a default route, so it
reaches every address of the host. From 26 on it has none, and reaches only the address of its own bridge.`,
        `The last line shows another path. \`web\` publishes port 8080 on every address of the host, including that of the bridge. The kernel
translates the packet and then forwards it, and the rules of iptables drop it as coming from an internal network. With nftables, the chain
of the destination runs first, and it accepts what is published.`,
      ],
      networks: [vault],
      containers: [key, seal],
      rules: 'added',
      questions: [
        ask('key', '10.84.0.11:9090', EVERY),
        ask('key', '203.0.113.7:443', NONE),
        ask('lanA', '10.84.0.10:9090', NONE),
        ask('shop', '10.84.0.10:9090', NONE),
        ask('host', '10.84.0.10:9090', EVERY),
        ask('key', '10.84.0.1:22', EVERY),
        ask('key', '192.0.2.10:22', only('20.10')),
        ask('key', '10.84.0.1:8080', only('29-nft')),
      ],
    },
  ],
};
