import { ask, container, EVERY, network, NONE, type Page } from '../page';

const back = network('back', '10.82.0.0/24');
const db = container('db', 'back', '10.82.0.10');

export const twoNetworks: Page = {
  name: '04-two-networks',
  title: 'Two networks',
  text: [
    `A container of one network does not reach the address of a container of another. The place of the rule that drops the packet depends on
the engine. Up to 28 there are two isolation chains: the first matches packets that leave their bridge, the second drops them when they
enter another. From 28.2 on, a rule in \`raw\` drops packets to the address of a container that arrive from any other interface than its own
bridge, long before \`FORWARD\`. 29 keeps only that rule and the drop rules of the networks.`,
    `Only the first isolation chain jumps to the second. Diagrams often show the second chain on the path of every packet, which is wrong.`,
  ],
  parts: [
    {
      title: 'What is closed, and what is not',
      text: [
        `The statement "networks cannot communicate" is true for container addresses. It is not true for the host between them: \`db\` reaches the
port that \`shop\` publishes, and any container reaches the host's services at the address of any bridge.`,
      ],
      networks: [back],
      containers: [db],
      rules: 'added',
      questions: [
        ask('shop', '10.82.0.10:5432', NONE),
        ask('shop', '10.82.0.10', NONE),
        ask('web', '10.82.0.10:5432', NONE),
        ask('db', '10.81.0.10:443', NONE),
        ask('db', '192.0.2.10:8443', EVERY),
        ask('shop', '10.82.0.1:22', EVERY),
      ],
    },
  ],
};
