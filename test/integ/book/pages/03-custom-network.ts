import { ask, container, EVERY, network, NONE, type Page } from '../page';

const front = network('front', '10.81.0.0/24');
const shop = container('shop', 'front', '10.81.0.10', '192.0.2.10:8443:443');
const cache = container('cache', 'front', '10.81.0.11');

export const customNetwork: Page = {
  name: '03-custom-network',
  title: 'A user-defined network',
  text: [
    `A network is a bridge on the host, an address for it, and the same set of rules that \`docker0\` has. A published port needs all of them:
the rule that sends packets to the bridge through \`DOCKER\` is as necessary as the rule that lets containers connect to the outside.`,
    `Up to 27, the engine inserts the rules of each new network at the top of \`FORWARD\`. From 28 on, it appends them to those of the older
networks.`,
  ],
  parts: [
    {
      title: 'Two containers on one bridge',
      text: [
        `\`shop\` publishes on one address of the host. On the other address, the host's own listener answers: no rule translates packets there. The
rule matches the destination address and not the interface: a packet for 192.0.2.10 reaches \`shop\` on any interface of the host.`,
        `Packets between \`shop\` and \`cache\` meet no rule at all. A bridge forwards frames itself. The rules see frames only if \`br_netfilter\`
passes them to the rules, and by default it does not. [Page 5](05-icc-off.md) turns that on.`,
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
