/** The first page, before the list. */
export const README: readonly string[] = [
  '# What Docker does to packets',
  `These pages are about one Docker host. It starts empty and grows from page to page; each page sets something up with the Docker CLI,
shows the rules that the engine made for it, and tells what packets then did.`,
  `Nothing here is told from memory. The pages are printed by a run against live engines, and a run fails when an engine no longer does what
they say, when the packets do something else than the library's model (\`dockerRules\` and the packet walk) predicts, or when an answer is
not the one that the text was written for. Where engines do the same, they are told together.`,
  `| engine | what it stands for |
| --- | --- |
| 20.10 | 20.10 |
| 26.1 | 23 to 26; with IPv4 alone 27, too |
| 28.5 | 28.2 to 28.5 |
| 29 | 29 with iptables, its default |
| 29-nft | 29 with \`"firewall-backend": "nftables"\` |`,
  `The host has 192.0.2.10 and 192.0.2.11 on \`eth0\`. On the same wire are \`lanA\` (192.0.2.20), \`lanB\` (192.0.2.21) and a router, and
behind that \`inet\` (203.0.113.7). All three have routes to the containers' subnets by way of the host, and \`lanB\` one to 127.0.0.1 as
well: whoever shares a wire with a host can set such routes. Everybody listens on every port that is asked for, so that closed means that
something stood in the way. A name in a table is who answered, – means that nobody did. All of it is IPv4.`,
  `The host did not forward packets before the engine came, and docker-proxy is on; both are defaults. Only with nftables forwarding has to
be on first. Bridges show no frames to the rules at first, as on a host where the module \`br_netfilter\` is not loaded. The image \`lab:1\`
does nothing but wait. The default bridge has 172.29.0.0/16 (\`"bip"\`).`,
  `Under each table stands why, as the walk over the model's rules has it: the rules that decide, with what the model says they are for.
*answer:* marks what happens to the reply.`,
];
