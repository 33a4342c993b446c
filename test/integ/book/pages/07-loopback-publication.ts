import { ask, container, EVERY, OLD, type Page } from '../page';

const admin = container('admin', 'front', '10.81.0.12', '127.0.0.1:9000:90');

export const loopbackPublication: Page = {
  name: '07-loopback-publication',
  title: 'A port published on 127.0.0.1',
  text: [
    `\`-p 127.0.0.1:9000:90\` is meant for the host alone. Up to 27 it was not: a packet for 127.0.0.1 that comes in over a wire is refused
by the kernel as nonsense, but only when it is routed, and the destination is translated before that. By then it is a packet for a
container. A neighbour needs nothing but a route for 127.0.0.1 by way of the host.`,
    `From 28 on a rule in \`raw\` drops what comes for this address and port from anywhere but \`lo\`.`,
  ],
  parts: [
    {
      title: 'Who gets in',
      text: [
        `Up to 27 there is a second hole: the rule in \`filter\` carries no host address, so a neighbour that sends to the container's own
address is let in.`,
        `On 192.0.2.10 the host's own listener answers: nothing is published there.`,
      ],
      containers: [admin],
      rules: 'added',
      questions: [
        ask('host', '127.0.0.1:9000', EVERY),
        ask('lanA', '192.0.2.10:9000', EVERY),
        ask('lanB', '127.0.0.1:9000', OLD),
        ask('lanA', '10.81.0.12:90', OLD),
      ],
    },
  ],
};
