import { ask, container, EVERY, NONE, OLD, type Page } from '../page';

const web = container('web', 'docker0', '172.29.0.2', '8080:80');

export const publishedPort: Page = {
  name: '02-published-port',
  title: 'A published port',
  text: [
    `Publishing is two things: a rule in \`nat\` that gives packets for port 8080 of the host another destination, and a rule in \`filter\`
that lets them through. Since the destination changes before the kernel decides where a packet goes, it is forwarded: rules in \`INPUT\`
never see it, whatever they say about port 8080.`,
    `There is a third way in. docker-proxy listens on the host's port, too, and takes what the rules leave to it: connections to 127.0.0.1,
and those of containers of the same network. It opens a connection of its own, so the container sees an address of the host as the source.
Engines up to 28 leave the connections of containers of other networks to it as well.`,
  ],
  parts: [
    {
      title: 'Port 8080 of the host for port 80 of a container',
      text: [
        `\`-p 8080:80\` names no address: every address of the host answers, also one that is added later.`,
        `The last two lines go past the publication, straight to the container. Up to 27 the rule in \`filter\` does not ask how a packet
got its destination, so the published port is open this way, too. From 28 on it is not.`,
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
        `Port 81 was never published. Up to 27 no rule speaks of it, so the policy of \`FORWARD\` decides, and on a host that forwarded
already (a router, a hypervisor, a host with a VPN) that is \`ACCEPT\`. "Not published" was never "not reachable" there. From 28 on a rule
of the network drops what is not published, and the policy does not matter; with nftables the engine set none to begin with.`,
      ],
      tries: { iptables: ['-P FORWARD ACCEPT'] },
      questions: [ask('lanA', '172.29.0.2:81', OLD)],
    },
  ],
};
