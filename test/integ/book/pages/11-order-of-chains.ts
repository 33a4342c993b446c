import type { Page } from '../page';

export const orderOfChains: Page = {
  name: '11-order-of-chains',
  title: 'The order of the chains',
  text: [
    `At each hook, chains run in the order of their priority, the lowest first. Accept ends one chain, not the hook: the next chain may still
drop. Drop ends everything. Therefore an administrator's \`ACCEPT\` in \`DOCKER-USER\` has less effect than it used to have: up to 27, all
rules that separate networks come after it in the same chain; from 28 on, one of them comes before it, in \`raw\`.`,
    `The jump to \`DOCKER-USER\` is the first rule of \`FORWARD\` when the engine inserts it. Up to 27, the engine inserts it after every new
network, from 28 on when the daemon starts. A rule that another program inserts at the top in between runs before it.`,
  ],
  parts: [
    {
      title: 'The host of this book, with all its networks',
      text: [
        `Up to 27, the four rules of each network are in \`FORWARD\` itself, the newest network first, and the drop of a network with inter-container
communication off is at the very end. With nftables, the engine has its own tables and does not change those of iptables. The chain of the
bridge to which a packet goes runs before the chain of the bridge from which it comes.`,
      ],
      hooks: true,
      rules: {
        iptables: ['filter FORWARD', 'filter DOCKER-USER', 'filter DOCKER-FORWARD', 'filter DOCKER-CT', 'filter DOCKER-INTERNAL'].concat([
          'filter DOCKER-ISOLATION-STAGE-1',
          'filter DOCKER-ISOLATION-STAGE-2',
          'filter DOCKER-BRIDGE',
          'filter DOCKER',
        ]),
        nft: [
          'chain filter-FORWARD',
          'map filter-forward-in-jumps',
          'map filter-forward-out-jumps',
          'chain filter-forward-in__front',
        ].concat(['chain filter-forward-out__front', 'chain filter-forward-in__vault', 'chain filter-forward-out__vault']),
      },
    },
  ],
};
