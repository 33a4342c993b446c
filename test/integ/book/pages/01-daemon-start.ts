import { ask, EVERY, type Page } from '../page';

export const daemonStart: Page = {
  name: '01-daemon-start',
  title: 'The daemon starts',
  text: [
    `Before the first container there are rules already: those for the default bridge \`docker0\`, which is a network like any other, and a
frame of chains that later networks hang theirs into.`,
    `What a text from before 2025 shows is the first list below. From 28 on \`FORWARD\` holds two jumps and everything else has moved behind
\`DOCKER-FORWARD\`; from 29 on the two isolation chains are gone. So a script that looks for a rule by its place in \`FORWARD\` works on one
generation only.`,
    `The policy \`DROP\` of \`FORWARD\` is no promise. The engine sets it where it turned forwarding on itself. On a host that forwarded
before, the policy stays what it was, and with nftables none is set at all; [the next page](02-published-port.md) tries what that means.`,
  ],
  parts: [
    {
      title: 'An engine without containers',
      text: [
        `Docker puts nothing into \`INPUT\`. The address of a bridge is an address of the host: a neighbour with a route reaches the host's
services there as well as on \`eth0\`, and so does every container.`,
      ],
      rules: 'added',
      questions: [ask('lanA', '192.0.2.10:22', EVERY), ask('lanA', '172.29.0.1:22', EVERY)],
    },
  ],
};
