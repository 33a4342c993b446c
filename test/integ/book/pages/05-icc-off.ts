import { ask, container, EVERY, network, NONE, type Page } from '../page';

const quiet = network('quiet', '10.83.0.0/24', { icc: false });
const left = container('left', 'quiet', '10.83.0.10');
const right = container('right', 'quiet', '10.83.0.11', '8081:80');

export const SHOW_FRAMES = '/proc/sys/net/bridge/bridge-nf-call-iptables';

export const iccOff: Page = {
  name: '05-icc-off',
  title: 'No talk within a network',
  text: [
    `\`"icc": false\` in daemon.json is about \`docker0\` and no other network. A network of one's own has the option
\`com.docker.network.bridge.enable_icc\`; that is also the name to look for in \`docker network inspect\`.`,
    `The engine adds a drop for packets from the bridge to itself. Such packets are frames that a bridge would pass on unseen, so the engine
also turns on \`bridge-nf-call-iptables\`. That switch is the host's: from now on the frames of every bridge meet the rules, also those of
networks that have nothing to do with this one.`,
  ],
  parts: [
    {
      title: 'Two containers that may not talk',
      text: [
        `They reach the outside and the host as before. And \`left\` reaches \`right\` by the port that this publishes: docker-proxy takes
the connection at the host and opens one of its own.`,
      ],
      networks: [quiet],
      containers: [left, right],
      rules: 'added',
      questions: [
        ask('left', '10.83.0.11:80', NONE),
        ask('left', '10.83.0.11', NONE),
        ask('left', '192.0.2.10:8081', EVERY),
        ask('lanA', '192.0.2.10:8081', EVERY),
        ask('left', '203.0.113.7:443', EVERY),
        ask('left', '10.83.0.1:22', EVERY),
      ],
    },
    {
      title: 'The switch off again',
      text: [
        `Any tool that sets the switch back, or a file in \`sysctl.d\` that is read later, takes the wall away while every rule of it still
stands.`,
      ],
      tries: { switches: [{ file: SHOW_FRAMES, value: '0' }] },
      questions: [ask('left', '10.83.0.11:80', EVERY)],
    },
  ],
};
