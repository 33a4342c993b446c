import { ask, EVERY, type Page } from '../page';

export const daemonStart: Page = {
  name: '01-daemon-start',
  title: 'The daemon starts',
  text: [
    `Rules exist before the first container: those for the default bridge \`docker0\`, which is a network like any other, and a set of chains to
which later networks add their rules.`,
    `Texts from before 2025 show the first list below. From 28 on, \`FORWARD\` contains two jumps, and all other rules are in \`DOCKER-FORWARD\`
and the chains that it calls. From 29 on, the two isolation chains no longer exist. Therefore a script that looks for a rule by its
position in \`FORWARD\` works on one generation only.`,
    `Do not rely on the policy \`DROP\` of \`FORWARD\`. The engine sets it only if the engine itself turned forwarding on. On a host that forwarded
before, the engine does not change the policy, and with nftables it sets none at all. [The next page](02-published-port.md) tests what
that means.`,
  ],
  parts: [
    {
      title: 'An engine without containers',
      text: [
        `Docker adds no rule to \`INPUT\`. The address of a bridge is an address of the host: a neighbour with a route reaches the host's services
there as well as on \`eth0\`, and so does every container.`,
      ],
      rules: 'added',
      questions: [ask('lanA', '192.0.2.10:22', EVERY), ask('lanA', '172.29.0.1:22', EVERY)],
    },
  ],
};
