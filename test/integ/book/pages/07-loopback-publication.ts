import { ask, container, EVERY, OLD, type Page } from '../page';

const admin = container('admin', 'front', '10.81.0.12', '127.0.0.1:9000:90');

export const loopbackPublication: Page = {
  name: '07-loopback-publication',
  title: 'A port published on 127.0.0.1',
  text: [
    `\`-p 127.0.0.1:9000:90\` is meant to open the port only to the host. Up to 27 it also opened it to the LAN: the kernel refuses a packet for
127.0.0.1 that arrives from another machine only when it routes the packet, and \`nat\` translates the destination before that. At that
time, it is a packet for a container. A neighbour only needs a route for 127.0.0.1 through the host.`,
    `From 28 on, a rule in \`raw\` drops packets for this address and port that arrive on any other interface than \`lo\`.`,
  ],
  parts: [
    {
      title: 'Which clients get in',
      text: [
        `Up to 27 there is a second hole: the rule in \`filter\` does not match a host address, so it accepts the packets of a neighbour to the
container's own address.`,
        `On 192.0.2.10, the host's own listener answers: the port is not published there.`,
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
