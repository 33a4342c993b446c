import { SHOW_FRAMES } from './05-icc-off';
import { allBut, ask, container, EVERY, network, NONE, OLD, only, type Page } from '../page';

const guest = network('guest', '10.85.0.0/24', { trusted: ['front'] });
const desk = container('desk', 'guest', '10.85.0.10');
const ANSWERS = '-I DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN';
const SHOP_TO_CACHE = ['-I DOCKER-USER -s 10.81.0.10/32 -d 10.81.0.11/32 -j DROP'];
const SHOP_TO_CACHE_NFT = ['ip saddr 10.81.0.10 ip daddr 10.81.0.11 drop'];

export const dockerUser: Page = {
  name: '12-docker-user',
  title: 'Pitfalls of DOCKER-USER',
  text: [
    `\`DOCKER-USER\` is the chain for rules that the engine does not change. Each part below adds some rules, sends packets, and removes the
rules again. The chain is kept when the daemon restarts. A reboot, \`iptables -F\` and a reload of firewalld empty it.`,
    `\`web\` is published as 8080 for its port 80, \`right\` as 8081 for its port 80, \`shop\` as 192.0.2.10:8443 for its port 443.`,
  ],
  parts: [
    {
      title: "The host's port in --dport",
      text: [
        `The rule is meant to close port 8080 of the host. The published port stays open, because the kernel translated the destination before:
here the packet is for port 80. The rule does close the connections of all containers to port 8080 of any other machine.`,
      ],
      tries: { iptables: ['-I DOCKER-USER -p tcp -m tcp --dport 8080 -j DROP'], nft: ['tcp dport 8080 drop'] },
      questions: [ask('lanA', '192.0.2.10:8080', EVERY), ask('shop', '203.0.113.7:8080', NONE)],
    },
    {
      title: "The container's port in --dport",
      text: [`This rule closes the port, and also every other container that listens on port 80.`],
      tries: {
        iptables: ['-I DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP'],
        nft: ['iifname "eth0" tcp dport 80 drop'],
      },
      questions: [ask('lanA', '192.0.2.10:8080', NONE), ask('lanA', '192.0.2.10:8081', NONE), ask('lanA', '192.0.2.10:8443', EVERY)],
    },
    {
      title: '--ctorigdstport without a direction',
      text: [
        `Connection tracking remembers the original destination port, so this rule matches port 8080 of the host. But it matches the connection and
not the packet: the answers that a container gets from port 8080 of another machine also arrive on \`eth0\`, and belong to a connection
whose original port is 8080, too.`,
      ],
      tries: {
        iptables: ['-I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP'],
        nft: ['iifname "eth0" meta l4proto tcp ct original proto-dst 8080 drop'],
      },
      questions: [ask('lanA', '192.0.2.10:8080', NONE), ask('shop', '203.0.113.7:8080', NONE)],
    },
    {
      title: '--ctorigdstport with --ctdir ORIGINAL',
      text: [
        `The rule matches only packets in the direction of the first packet. With the address as well (\`--ctorigdst\`), it matches exactly one
publication.`,
      ],
      tries: {
        iptables: ['-I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP'],
        nft: ['iifname "eth0" meta l4proto tcp ct direction original ct original proto-dst 8080 drop'],
      },
      questions: [ask('lanA', '192.0.2.10:8080', NONE), ask('lanA', '192.0.2.10:8081', EVERY), ask('shop', '203.0.113.7:8080', EVERY)],
    },
    {
      title: 'A drop without established connections before it',
      text: [
        `The rule is meant to accept only \`lanA\`. The answers to the requests of containers to the internet also arrive on \`eth0\`, and not from
\`lanA\`: no container receives an answer any more.`,
      ],
      tries: {
        iptables: ['-I DOCKER-USER -i eth0 ! -s 192.0.2.20/32 -j DROP'],
        nft: ['iifname "eth0" ip saddr != 192.0.2.20 drop'],
      },
      questions: [ask('lanA', '192.0.2.10:8080', EVERY), ask('inet', '192.0.2.10:8080', NONE), ask('shop', '203.0.113.7:443', NONE)],
    },
    {
      title: 'The same with established connections first',
      text: [
        `\`-I\` inserts each rule at the top, so the last command adds the first rule. \`RETURN\` passes the packet to the engine's rules; \`ACCEPT\`
would skip those that come after it.`,
      ],
      tries: {
        iptables: ['-I DOCKER-USER -i eth0 ! -s 192.0.2.20/32 -j DROP', ANSWERS],
        nft: ['ct state established,related accept', 'iifname "eth0" ip saddr != 192.0.2.20 drop'],
      },
      questions: [ask('lanA', '192.0.2.10:8080', EVERY), ask('inet', '192.0.2.10:8080', NONE), ask('shop', '203.0.113.7:443', EVERY)],
    },
    {
      title: 'Appended behind RETURN',
      text: [
        `Engines up to 28.2.1 end the chain with \`RETURN\`, and a chain that they created keeps it until the host reboots. Rules that \`-A\` adds
after it never run.`,
      ],
      tries: {
        iptables: ['-A DOCKER-USER -i eth0 -p tcp -m tcp --dport 80 -j DROP'],
        nft: ['iifname "eth0" tcp dport 80 drop'],
      },
      rules: { iptables: ['filter DOCKER-USER'], nft: [] },
      questions: [ask('lanA', '192.0.2.10:8080', OLD)],
    },
    {
      title: 'ACCEPT between two networks',
      text: [
        `The usual way to let one network connect to another is to accept the packet before the isolation chains. From 28.2 on, \`raw\` drops the
packet before it gets here. With nftables, an accept in one table has no effect on another.`,
      ],
      tries: {
        iptables: ['-I DOCKER-USER -i front -o back -p tcp -m tcp --dport 5432 -j ACCEPT', ANSWERS.replace('RETURN', 'ACCEPT')],
        nft: ['ct state established,related accept', 'iifname "front" oifname "back" tcp dport 5432 accept'],
      },
      questions: [ask('shop', '10.82.0.10:5432', OLD), ask('shop', '10.82.0.10:5433', NONE)],
    },
    {
      title: 'ACCEPT towards a network that trusts the other',
      text: [
        `From 28.2 on, a network can name interfaces that may reach its containers directly; older engines ignore the option. It removes only the
drop in \`raw\`, so together with the accept this port is open. With nftables, the engine's own chain still drops what is not published.`,
      ],
      networks: [guest],
      containers: [desk],
      tries: {
        iptables: ['-I DOCKER-USER -i front -o guest -p tcp -m tcp --dport 5432 -j ACCEPT', ANSWERS.replace('RETURN', 'ACCEPT')],
        nft: ['ct state established,related accept', 'iifname "front" oifname "guest" tcp dport 5432 accept'],
      },
      questions: [ask('shop', '10.85.0.10:5432', allBut('29-nft')), ask('shop', '10.85.0.10:5433', NONE)],
    },
    {
      title: 'A drop between two containers of one network',
      text: [
        `The rule works here, because a network with inter-container communication off has made frames meet the rules. It also closes the other
direction, because no rule accepts established connections before it: the request of \`cache\` arrives, and the answer of \`shop\` is dropped.`,
      ],
      tries: { iptables: SHOP_TO_CACHE, nft: SHOP_TO_CACHE_NFT },
      questions: [ask('shop', '10.81.0.11:6379', NONE), ask('cache', '10.81.0.10:443', NONE)],
    },
    {
      title: 'The same drop, and frames that meet no rules',
      text: [`On a host where the setting is off, which is the default, the same rule has no effect.`],
      tries: { iptables: SHOP_TO_CACHE, nft: SHOP_TO_CACHE_NFT, switches: [{ file: SHOW_FRAMES, value: '0' }] },
      questions: [ask('shop', '10.81.0.11:6379', EVERY)],
    },
    {
      title: 'What never reaches DOCKER-USER',
      text: [
        `The rule drops everything in \`DOCKER-USER\`. These connections still work: the host's own connections, docker-proxy, and connections from
containers to the host. On 29, a container's connection to another network's published port is forwarded, so the rule drops it.`,
      ],
      tries: { iptables: ['-I DOCKER-USER -j DROP'], nft: ['drop'] },
      questions: [
        ask('lanA', '192.0.2.10:8080', NONE),
        ask('host', '127.0.0.1:8080', EVERY),
        ask('host', '192.0.2.10:8080', EVERY),
        ask('shop', '192.0.2.10:8080', only('20.10', '26.1', '28.5')),
        ask('key', '10.84.0.1:22', EVERY),
        ask('shop', '10.82.0.1:22', EVERY),
      ],
    },
  ],
};
