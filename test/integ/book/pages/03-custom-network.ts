import { ask, container, EVERY, network, NONE, type Page } from '../page';

const front = network('front', '10.81.0.0/24');
const shop = container('shop', 'front', '10.81.0.10', '192.0.2.10:8443:443');
const cache = container('cache', 'front', '10.81.0.11');

export const customNetwork: Page = {
  name: '03-custom-network',
  title: "A network of one's own",
  text: [
    `A network is a bridge on the host, an address for it, and the same set of rules that \`docker0\` has. All of it must be there for a
published port to work: the rule that sends what goes to the bridge through \`DOCKER\` is as much part of it as the one that lets containers
out.`,
    `Up to 27 each new network puts its rules on top of \`FORWARD\`; from 28 on they are appended to those of the older ones.`,
  ],
  parts: [
    {
      title: 'Two containers on one bridge',
      text: [
        `\`shop\` publishes on one address of the host. On the other one the host's own listener answers: nothing is translated there. That
is a rule about the destination address and not about the interface: whoever routes a packet for 192.0.2.10 to any interface of the host is
served.`,
        `Between \`shop\` and \`cache\` no rule is met at all. A bridge passes frames on by itself; the rules see them only where
\`br_netfilter\` is asked to show them, which nothing does at first. [Page 5](05-icc-off.md) turns that on.`,
      ],
      networks: [front],
      containers: [shop, cache],
      rules: 'added',
      questions: [
        ask('lanA', '192.0.2.10:8443', EVERY),
        ask('lanA', '192.0.2.11:8443', EVERY),
        ask('shop', '10.81.0.11:6379', EVERY),
        ask('lanA', '10.81.0.11:6379', NONE),
      ],
    },
  ],
};
