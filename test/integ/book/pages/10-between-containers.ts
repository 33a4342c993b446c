import { SHOW_FRAMES } from './05-icc-off';
import { ask, EVERY, NONE, type Page } from '../page';

export const betweenContainers: Page = {
  name: '10-between-containers',
  title: 'From container to container',
  text: [
    `There are three paths from one container to another, and each meets different rules: over a bridge that both share, between two bridges,
and by a port of the host.`,
  ],
  parts: [
    {
      title: 'On one network, where frames meet the rules',
      text: [
        `A network with inter-container communication off ([page 5](05-icc-off.md)) has turned the setting on for all bridges, so the frames of
\`front\` now pass \`FORWARD\`, with the same bridge as input and output.`,
      ],
      questions: [ask('shop', '10.81.0.11:6379', EVERY, { steps: true })],
    },
    {
      title: 'On one network, by default',
      text: [`With the setting off, the packet meets no rule: the statement "every packet passes netfilter" is not true for a bridge.`],
      tries: { switches: [{ file: SHOW_FRAMES, value: '0' }] },
      questions: [ask('shop', '10.81.0.11:6379', EVERY, { steps: true })],
    },
    {
      title: 'On two networks',
      text: [],
      questions: [ask('shop', '10.82.0.10:5432', NONE, { steps: true })],
    },
    {
      title: 'On two networks, by a published port',
      text: [
        `Up to 28, a rule in \`nat\` excludes packets from bridges, and docker-proxy carries the connection; \`DOCKER-USER\` does not see it. From 29
on, the kernel translates and forwards it like a connection from outside, and \`DOCKER-USER\` sees it with the address of \`db\`. In both
cases, \`shop\` sees the host as its client: a packet from one bridge to another also gets an address of the host.`,
      ],
      questions: [ask('db', '192.0.2.10:8443', EVERY, { steps: true })],
    },
  ],
};
