import { ask, EVERY, type Page } from '../page';

export const fromOutside: Page = {
  name: '09-from-outside',
  title: 'From outside to a container',
  text: [
    `The order is decisive: \`raw\` sees the packet as the neighbour sent it. Then connection tracking creates an entry, \`nat\` changes the
destination, and the kernel routes the packet. Only then does \`filter\` see it, with the container's address and port. An author of a rule
must know whether the rule runs before or after this change.`,
  ],
  parts: [
    {
      title: 'One connection, step by step',
      text: [
        `The source stays the address of the neighbour: the container sees the client. Connection tracking itself restores the address and port of
the request in the answer.`,
      ],
      questions: [ask('lanA', '192.0.2.10:8443', EVERY, { steps: true })],
    },
  ],
};
