import { ask, container, EVERY, network, NONE, only, type Page } from '../page';

const vault = network('vault', '10.84.0.0/24', { internal: true });
const key = container('key', 'vault', '10.84.0.10');
const seal = container('seal', 'vault', '10.84.0.11');

export const internalNetwork: Page = {
  name: '06-internal-network',
  title: 'An internal network reaches the host',
  text: [
    `\`--internal\` shuts a network off from everything that is forwarded: there is no translation, no way out and no way in. The host is
not behind a forwarding rule. Its bridge has an address in the network, packets to it go to \`INPUT\`, and nobody put a rule there. So a
container of an internal network reaches every service of the host that listens on all addresses, and the host reaches every container.`,
  ],
  parts: [
    {
      title: 'What "internal" leaves open',
      text: [
        `How much of the host it is depends on the container's default route. 20.10 gives it one, so that it reaches every address of the
host; from 26 on it has none, and only the address of its own bridge is left.`,
        `The last line is a way out of another kind. Port 8080 is published by \`web\` on every address of the host, and the bridge's is
one. The packet is translated and then forwarded, where the rules of iptables drop it as coming from an internal network. With nftables the
chain of the destination is asked first, and it accepts what is published.`,
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
