import { ask, container, EVERY, network, NONE, type Page } from '../page';

const quiet = network('quiet', '10.83.0.0/24', { icc: false });
const left = container('left', 'quiet', '10.83.0.10');
const right = container('right', 'quiet', '10.83.0.11', '8081:80');

export const SHOW_FRAMES = '/proc/sys/net/bridge/bridge-nf-call-iptables';

export const iccOff: Page = {
  name: '05-icc-off',
  title: 'Inter-container communication off',
  text: [
    `\`"icc": false\` in daemon.json applies only to \`docker0\`. A user-defined network has the option \`com.docker.network.bridge.enable_icc\`;
this is also the name in the output of \`docker network inspect\`.`,
    `The engine adds a rule that drops packets from the bridge to itself. Such packets are frames that a bridge forwards without the rules, so
the engine also turns on \`bridge-nf-call-iptables\`. That setting applies to the whole host: from now on, the frames of every bridge meet
the rules, including those of unrelated networks.`,
  ],
  parts: [
    {
      title: 'Two containers that may not communicate',
      text: [
        `They still reach the outside and the host. And \`left\` reaches \`right\` by the port that \`right\` publishes: docker-proxy accepts the
connection at the host and opens a new one.`,
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
      title: 'The setting off again',
      text: [
        `If a tool resets the setting, or a file in \`sysctl.d\` that is read later does, the containers can communicate again although every rule is
still present.`,
      ],
      tries: { switches: [{ file: SHOW_FRAMES, value: '0' }] },
      questions: [ask('left', '10.83.0.11:80', EVERY)],
    },
  ],
};
