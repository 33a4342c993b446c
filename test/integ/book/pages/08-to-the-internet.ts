import { ask, EVERY, type Page } from '../page';

export const toTheInternet: Page = {
  name: '08-to-the-internet',
  title: 'From a container to the internet',
  text: [
    `The first packet takes the container's default route to the bridge. The kernel forwards it to \`eth0\` because a rule accepts packets that
leave this bridge, and replaces the source with the host's address when the packet leaves.`,
    `The answer arrives at an address of the host. Connection tracking knows the connection and restores the container's address before the
kernel routes the packet. The kernel does not evaluate the rules of \`nat\` a second time, and \`MASQUERADE\` is not involved. In \`filter\`,
the answer is accepted as *established*, not by a rule about ports: a careless drop in \`DOCKER-USER\` comes before this rule and cuts off
all answers ([page 12](12-docker-user.md)).`,
  ],
  parts: [
    {
      title: 'One connection, step by step',
      text: [],
      questions: [ask('shop', '203.0.113.7:443', EVERY, { steps: true })],
    },
  ],
};
