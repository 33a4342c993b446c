import type { Page } from '../page';

export const orderOfChains: Page = {
  name: '11-order-of-chains',
  title: 'The order of the chains',
  text: [
    `At each hook chains are asked by priority, the lowest first. To accept ends one chain, not the hook: the next one may still drop. To
drop ends everything. That is why an administrator's \`ACCEPT\` in \`DOCKER-USER\` is worth less than it was: up to 27 all walls stand
behind it in the same chain, from 28 on one stands before it, in \`raw\`.`,
    `\`DOCKER-USER\` is the first rule of \`FORWARD\` at the moment in which it is put there. Up to 27 that is after every new network, from
28 on when the daemon starts. Whoever puts a rule on top in between is asked before it.`,
  ],
  parts: [
    {
      title: 'The host of this book, with all its networks',
      text: [
        `Up to 27 the four rules of each network stand in \`FORWARD\` itself, the newest network first, and the drop of a network without
talk at the very end. With nftables the engine has tables of its own and leaves those of iptables alone; the chain of the bridge that a
packet goes to is asked before that of the bridge that it comes from.`,
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
