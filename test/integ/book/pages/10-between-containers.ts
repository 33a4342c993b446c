import { SHOW_FRAMES } from './05-icc-off';
import { ask, EVERY, NONE, type Page } from '../page';

export const betweenContainers: Page = {
  name: '10-between-containers',
  title: 'From container to container',
  text: [
    `Three ways lead from one container to another, and they meet different rules: over the bridge that both are on, between two bridges,
and by a port of the host.`,
  ],
  parts: [
    {
      title: 'On one network, where frames meet the rules',
      text: [
        `A network without talk ([page 5](05-icc-off.md)) has turned the switch on for all bridges, so the frames of \`front\` pass
\`FORWARD\` now, with the same bridge as the way in and out.`,
      ],
      questions: [ask('shop', '10.81.0.11:6379', EVERY, { steps: true })],
    },
    {
      title: 'On one network, by default',
      text: [`With the switch off there is nothing to tell: "every packet passes netfilter" is not true of a bridge.`],
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
        `Up to 28 a rule in \`nat\` exempts what comes from bridges, and docker-proxy carries the connection; \`DOCKER-USER\` sees nothing
of it. From 29 on it is translated and forwarded like a connection from outside, and \`DOCKER-USER\` sees it with the address of \`db\`.
\`shop\` sees the host as its client either way: what leaves a bridge for another gets an address of the host as well.`,
      ],
      questions: [ask('db', '192.0.2.10:8443', EVERY, { steps: true })],
    },
  ],
};
