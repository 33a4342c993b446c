import { ask, EVERY, type Page } from '../page';

export const toTheInternet: Page = {
  name: '08-to-the-internet',
  title: 'From a container to the internet',
  text: [
    `The first packet takes the container's default route to the bridge, is forwarded to \`eth0\` because a rule says that what comes from
this bridge may leave it, and gets the host's address as its source on the way out.`,
    `The answer comes for an address of the host. Connection tracking knows the connection and puts the container's address back before
anything is routed; no rule of \`nat\` is asked a second time, and \`MASQUERADE\` has no part in it. In \`filter\` the answer is let in as
*established*, not by any rule about ports: this is the rule that a careless drop in \`DOCKER-USER\` cuts off ([page
12](12-docker-user.md)).`,
  ],
  parts: [
    {
      title: 'One connection, step by step',
      text: [],
      questions: [ask('shop', '203.0.113.7:443', EVERY, { steps: true })],
    },
  ],
};
