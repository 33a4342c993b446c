import { ask, container, EVERY, NONE, OLD, type Page } from '../page';

const web = container('web', 'docker0', '172.29.0.2', '8080:80');

export const publishedPort: Page = {
  name: '02-published-port',
  title: 'A published port',
  text: [
    `Publishing a port adds two rules: a rule in \`nat\` that changes the destination of packets for port 8080 of the host, and a rule in
\`filter\` that accepts them. The kernel changes the destination before it decides where to send a packet, so it forwards the packet: rules
in \`INPUT\` never see it, whatever they match about port 8080.`,
    `There is a third path. docker-proxy also listens on the host's port, and accepts the connections that the rules do not translate: those to
127.0.0.1, and those of containers of the same network. It opens a new connection to the container, so the container sees an address of
the host as the source. Engines up to 28 also leave the connections of containers of other networks to docker-proxy.`,
  ],
  parts: [
    {
      title: 'Port 8080 of the host for port 80 of a container',
      text: [
        `\`-p 8080:80\` names no address: every address of the host accepts the connection, including addresses that are added later.`,
        `The last two lines do not use the publication: they connect directly to the container. Up to 27, the rule in \`filter\` does not check how a
packet got its destination, so the published port is open on this path, too. From 28 on, it is closed.`,
      ],
      containers: [web],
      rules: 'added',
      questions: [
        ask('lanA', '192.0.2.10:8080', EVERY),
        ask('lanA', '192.0.2.11:8080', EVERY),
        ask('inet', '192.0.2.10:8080', EVERY),
        ask('host', '127.0.0.1:8080', EVERY),
        ask('host', '192.0.2.10:8080', EVERY),
        ask('web', '192.0.2.10:8080', EVERY),
        ask('lanA', '172.29.0.2:80', OLD),
        ask('lanA', '172.29.0.2:81', NONE),
      ],
    },
    {
      title: 'The same on a host that forwarded before the engine came',
      text: [
        `Port 81 was never published. Up to 27, no rule matches it, so the policy of \`FORWARD\` decides. On a host that already forwarded (a router,
a hypervisor, a host with a VPN), that policy is \`ACCEPT\`: a port that is not published is reachable there. From 28 on, a rule of the
network drops what is not published, and the policy does not matter. With nftables, the engine never sets a policy.`,
      ],
      tries: { iptables: ['-P FORWARD ACCEPT'] },
      questions: [ask('lanA', '172.29.0.2:81', OLD)],
    },
  ],
};
