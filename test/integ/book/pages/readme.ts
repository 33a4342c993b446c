/** The first page, before the list. */
export const README: readonly string[] = [
  '# What Docker does to packets',
  `These pages describe one Docker host. It starts empty and grows from page to page. Each page sets something up with the Docker CLI, shows
the rules that the engine created for it, and reports what happened to packets.`,
  `Every page is the output of a run against live engines. A run fails if an engine no longer behaves as the pages say, if packets do not
behave as the library's model (\`dockerRules\` and the packet walk) predicts, or if an answer differs from the one that the text was written
for. Engines with the same behaviour appear together.`,
  `| engine | releases that it represents |
| --- | --- |
| 20.10 | 20.10 |
| 26.1 | 23 to 26; with only IPv4 also 27 |
| 28.5 | 28.2 to 28.5 |
| 29 | 29 with iptables, its default |
| 29-nft | 29 with \`"firewall-backend": "nftables"\` |`,
  `The host has 192.0.2.10 and 192.0.2.11 on \`eth0\`. In the same LAN are \`lanA\` (192.0.2.20), \`lanB\` (192.0.2.21) and a router, and behind
the router is \`inet\` (203.0.113.7). All three have routes to the containers' subnets through the host, and \`lanB\` also has a route to
127.0.0.1: every machine in a host's LAN can set such routes. All machines listen on every port that the questions use, so a closed port
means that a rule or a route stopped the packet. A name in a table is the machine that answered, – means that no machine answered. All
tests use IPv4.`,
  `The host did not forward packets before the engine started, and docker-proxy is on; both are defaults. Only with nftables, forwarding must
be on before. At first, bridges do not pass frames to the rules, as on a host where the module \`br_netfilter\` is not loaded. The image
\`lab:1\` only waits. The default bridge has 172.29.0.0/16 (\`"bip"\`).`,
  `The section after each table explains the result, as the walk over the model's rules computes it: the rules that decide, with their
purpose according to the model. *answer:* marks what happens to the reply.`,
];
