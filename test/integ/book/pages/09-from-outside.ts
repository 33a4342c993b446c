import { ask, EVERY, type Page } from '../page';

export const fromOutside: Page = {
  name: '09-from-outside',
  title: 'From outside to a container',
  text: [
    `The order decides everything: \`raw\` sees the packet as the neighbour sent it, then connection tracking makes an entry, then \`nat\`
changes the destination, then the kernel routes it, and only then \`filter\` sees it, with the container's address and port. Whoever writes
a rule has to know on which side of the change it stands.`,
  ],
  parts: [
    {
      title: 'One connection, step by step',
      text: [
        `The source stays the neighbour's: the container sees who asks. The answer is put back by connection tracking alone, to the address
and port that were asked.`,
      ],
      questions: [ask('lanA', '192.0.2.10:8443', EVERY, { steps: true })],
    },
  ],
};
