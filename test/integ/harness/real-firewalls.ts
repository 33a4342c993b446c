// firewalld and ufw themselves, as Debian packs them, on a host of the lab.
import type { Random } from './generate';
import type { Site } from './hosts-rules';
import type { Lab, Unit } from '../lab/lab';
import { sh, waitFor } from '../scenarios/attacks-stage';

const BUS = '[Service]\nExecStart=/usr/bin/dbus-daemon --system --nofork --nopidfile\n';
const CONFIG = '/etc/firewalld/firewalld.conf';

export class Firewalld {
  private unit?: Unit;

  constructor(private readonly lab: Lab) {
    // A bus of this host alone: it lies in its own /run.
    sh(lab, 'mkdir -p /run/dbus; cp /usr/lib/systemd/system/firewalld.service /etc/systemd/system/');
    lab.writeFile('/etc/systemd/system/dbus.service', BUS);
    lab.startUnit('dbus');
    if (waitFor(() => lab.host(['test', '-S', '/run/dbus/system_bus_socket']).code === 0, 10_000) === undefined) throw new Error('no bus');
  }

  start(backend: 'nftables' | 'iptables'): void {
    sh(this.lab, `sed -i 's/^FirewallBackend=.*/FirewallBackend=${backend}/' ${CONFIG}`);
    this.unit = this.lab.startUnit('firewalld');
    const isUp = () => this.lab.host(['firewall-cmd', '--state']).stdout.includes('running');
    if (waitFor(isUp, 20_000) === undefined) throw new Error(`firewalld does not run: ${sh(this.lab, `cat /var/log/firewalld ${this.unit!.log}; :`)}`); // prettier-ignore
  }

  stop(): void {
    this.lab.stopUnit(this.unit!, 15_000);
  }
}

/** What an administrator tells firewalld, from a seed; what is told while it runs ends with it. */
export function firewalldCommands(random: Random, { uplinks, bridges, outsiders, containers, ports, handBridge }: Site): string[] {
  const port = () => random.pick(ports);
  const zone = () => random.pick(['public', 'internal', 'external', 'trusted', 'drop', 'dmz']);
  const outsider = () => random.pick(outsiders);
  const verdict = () => random.pick(['accept', 'drop', 'reject']);
  const commands = [
    () => `--zone=${zone()} --change-interface=${random.pick(uplinks)}`,
    () => `--zone=${zone()} --change-interface=${handBridge}`,
    () => `--zone=${zone()} --change-interface=${random.pick(bridges)}`,
    () => `--zone=${zone()} --add-source=${outsider()}`,
    () => `--zone=${random.pick(['public', 'internal'])} --add-port=${port()}/tcp`,
    () => `--zone=public --add-rich-rule='rule family="ipv4" source address="${outsider()}" ${verdict()}'`,
    () =>
      `--zone=public --add-rich-rule='rule family="ipv4" source address="${outsider()}" port port="${port()}" protocol="tcp" ${verdict()}'`,
    () => `--zone=public --add-rich-rule='rule family="ipv6" port port="${port()}" protocol="tcp" ${verdict()}'`,
    () => `--zone=public --add-forward-port=port=7121:proto=tcp:toport=${port()}:toaddr=${random.pick(containers).address}`,
    () => `--zone=external --add-forward-port=port=7122:proto=tcp:toport=${port()}`,
    () => `--zone=${random.pick(['public', 'trusted'])} --add-masquerade`,
    () => '--zone=public --add-icmp-block=echo-request',
    () => `--set-default-zone=${random.pick(['public', 'trusted', 'internal'])}`,
    () =>
      `--direct --add-rule ipv4 filter FORWARD 0 -i ${random.pick(uplinks)} -p tcp --dport ${port()} -j ${random.pick(['ACCEPT', 'DROP'])}`,
    () => `--direct --add-rule ipv6 filter INPUT 0 -p tcp --dport ${port()} -j ${random.pick(['ACCEPT', 'DROP'])}`,
  ];
  return random.some(commands, random.int(2, 7)).map((command) => `firewall-cmd -q ${command()} || :`);
}

/** What an administrator tells ufw, from a seed. */
export function ufwCommands(random: Random, { uplinks, bridges, outsiders, containers, ports, handBridge }: Site): string[] {
  const port = () => random.pick(ports);
  const outsider = () => random.pick(outsiders);
  const verdict = () => random.pick(['allow', 'deny', 'reject']);
  const commands = [
    () => `ufw ${verdict()} ${port()}/tcp`,
    () => `ufw ${verdict()} ${port()}`,
    () => `ufw ${verdict()} from ${outsider()}`,
    () =>
      `ufw insert 1 ${verdict()} from ${outsider()} to any port ${port()} proto tcp || ufw ${verdict()} from ${outsider()} to any port ${port()} proto tcp`,
    () => `ufw ${verdict()} in on ${random.pick([...uplinks, ...bridges, handBridge])} to any port ${port()} proto tcp`,
    () => `ufw ${verdict()} out on ${random.pick(uplinks)} to ${outsider()} port ${port()} proto tcp`,
    () =>
      `ufw route ${verdict()} in on ${random.pick(uplinks)} out on ${random.pick([...bridges, handBridge])} to any port ${port()} proto tcp`,
    () => `ufw route ${verdict()} from ${outsider()} to ${random.pick(containers).address}`,
    () => `ufw route ${verdict()} in on ${handBridge} out on ${random.pick(uplinks)}`,
    () => `ufw limit ${port()}/tcp`,
  ];
  return [
    `ufw default ${random.pick(['deny', 'deny', 'reject', 'allow'])} incoming`,
    `ufw default ${random.pick(['allow', 'allow', 'deny'])} outgoing`,
    `ufw default ${random.pick(['deny', 'reject', 'allow'])} routed`,
    ...random.some(commands, random.int(2, 7)).map((command) => command()),
    `ufw logging ${random.pick(['off', 'low', 'medium', 'full'])}`,
    'ufw --force enable',
  ];
}
