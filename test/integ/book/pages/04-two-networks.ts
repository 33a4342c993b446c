import { ask, container, EVERY, network, NONE, type Page } from '../page';

const back = network('back', '10.82.0.0/24');
const db = container('db', 'back', '10.82.0.10');

export const twoNetworks: Page = {
  name: '04-two-networks',
  title: 'Two networks',
  text: [
    `A container of one network does not reach the address of a container of another. Where the wall stands depends on the engine. Up to 28
there are two isolation chains: the first notes that a packet leaves its bridge, the second drops it when it enters another. From 28.2 on a
rule in \`raw\` drops whatever comes to the address of a container from anywhere but its own bridge, long before \`FORWARD\`. 29 keeps only
that one and the networks' own drop.`,
    `The second isolation chain is reached from the first alone; it is no station on the way of every packet, as it is often drawn.`,
  ],
  parts: [
    {
      title: 'What is shut, and what is not',
      text: [
        `"Networks cannot talk to each other" is true of container addresses. It is not true of the host between them: \`db\` reaches the
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
