// firewalld and ufw themselves, as Debian packs them, on the host of a HardenedDaemon: started, reloaded, changed and stopped beside a running engine. The
// guard holds or heals, what is declared stays live, the stamp says the truth, and whoever keeps the host is not locked out.
import { sh } from './attacks-stage';
import { Crowd } from './crowd';
import type { Checks } from '../harness/checks';
import type { Question } from '../harness/matrix';
import { Firewalld } from '../harness/real-firewalls';
import type { EngineId } from '../lab/cache';
import { firewallLayers, makeFirewalls } from '../lab/firewalls';
import { withLab } from '../lab/lab';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T80'];

export const prepare = makeFirewalls;

/** Of so many undeclared flows one is asked after each of the events, others each time: 25 events ask each of them five times. */
const SHARE = 5;

interface Event {
  readonly what: string;
  readonly command: string | ((crowd: Crowd) => void);
  /** Declared flows that these rules of others shut, or that lost Docker's own rules: they are told and not judged. */
  readonly shut?: (question: Question) => boolean;
  /** The administrator shut the host itself. */
  readonly isLockedOut?: boolean;
}

export function run(engine: EngineId, checks: Checks): void {
  const layers = firewallLayers(engine);
  if (layers === undefined) {
    checks.skip(
      'firewalld and ufw',
      "Debian's packages could not be installed in a tree of their own; what prepares the scenario says why",
    );
    return;
  }
  checks.step('firewalld', () => withLab(engine, (lab) => firewalld(checks, new Crowd(lab, checks, { share: SHARE })), layers));
  checks.step('ufw', () => withLab(engine, (lab) => ufw(checks, new Crowd(lab, checks, { share: SHARE })), layers));
}

/** One change by somebody else, and whether all holds after it. */
function happens(checks: Checks, crowd: Crowd, name: string, { what, command, shut, isLockedOut = false }: Event): void {
  const title = `${name}, ${what}`;
  checks.step(title, () => {
    const { sent, through, missingMs } = crowd.underFlood(() => (typeof command === 'string' ? sh(crowd.lab, command) : command(crowd)));
    checks.say(`${title}: ${sent} undeclared packets meanwhile, ${through} got through; the guard was not first for ${missingMs} ms`);
    if (missingMs === 0) checks.check(`${title}: with the guard there nothing gets through`, through === 0, `${through} of ${sent}`);
    crowd.healed(title);
    const answers = crowd.ask(shut);
    crowd.closed(title, answers);
    crowd.live(title, answers, shut);
    if (!isLockedOut) crowd.notLockedOut(title);
  });
}

/** Where firewalld was not told of our bridges it passes nothing from one interface to another, nor from one station of a bridge to the next. */
const notPublished = ({ target }: Question) => target !== 'published';
/** Ports of the host that ufw was not told of. */
const toHost = ({ target, source }: Question) => target === 'host' && source === 'app-tohost';
/** Docker's own translations are gone, until the engine starts again. */
const translated = ({ target, source }: Question) => target === 'published' || source === 'app-out';

// --- firewalld -------------------------------------------------------------------------------------------------------------------------

/** That of Debian 12 flushes iptables, with Docker's translations, whenever it starts or reloads, even with nftables; that of Debian 13 does not. */
const FLUSHING = /^1\./;
function firewalld(checks: Checks, crowd: Crowd): void {
  const { lab } = crowd;
  const daemon = new Firewalld(lab);
  const version = sh(lab, 'dpkg-query -W -f "\\${Version}" firewalld');
  checks.say(`firewalld ${version}`);
  const lost = FLUSHING.test(version) ? translated : () => false;
  const play = (name: string, events: readonly Event[]) => events.forEach((event) => happens(checks, crowd, name, event));
  const direct = (words: string) => `for f in ipv4 ipv6; do firewall-cmd -q --direct --add-rule $f ${words}; done`;
  play('firewalld with nftables', [
    // The engine knows nothing of it, and puts our bridges into no zone.
    { what: 'started', command: () => daemon.start('nftables'), shut: (flow) => notPublished(flow) || lost(flow) },
    { what: 'reloaded', command: 'firewall-cmd -q --reload', shut: (flow) => notPublished(flow) || lost(flow) },
    { what: 'zone trusted for all', command: 'firewall-cmd -q --set-default-zone=trusted', shut: lost },
    { what: 'masquerade, and the uplink in zone external', command: 'firewall-cmd -q --zone=external --change-interface=eth0; firewall-cmd -q --zone=trusted --add-masquerade', shut: lost }, // prettier-ignore
    { what: 'complete reload', command: 'firewall-cmd -q --complete-reload', shut: lost },
    { what: 'a direct rule that accepts all before the guard', command: direct('mangle FORWARD 0 -j ACCEPT'), shut: translated },
    { what: 'another before connection tracking', command: direct('raw PREROUTING 0 -j ACCEPT'), shut: translated },
    { what: 'reloaded with direct rules that stay', command: `${direct('mangle FORWARD 0 -j ACCEPT').replace('--direct', '--permanent --direct')}; firewall-cmd -q --reload`, shut: translated }, // prettier-ignore
    { what: 'the engine started again, which now knows of it', command: () => lab.restartEngine() },
    { what: 'reloaded beside that engine', command: 'firewall-cmd -q --reload' },
  ] as Event[]); // prettier-ignore
  play('firewalld with iptables', [
    { what: 'started', command: () => (daemon.stop(), daemon.start('iptables')), shut: translated },
    { what: 'reloaded', command: 'firewall-cmd -q --reload', shut: translated },
    { what: 'the engine started again', command: () => lab.restartEngine() },
    {
      what: 'the uplink in zone drop',
      command: 'firewall-cmd -q --zone=drop --change-interface=eth0',
      isLockedOut: true,
      shut: translated,
    },
    { what: 'stopped', command: () => daemon.stop(), shut: translated },
    { what: 'the engine started without it', command: () => lab.restartEngine() },
  ]);
  crowd.control('firewalld was here');
}

// --- ufw -------------------------------------------------------------------------------------------------------------------------------

function ufw(checks: Checks, crowd: Crowd): void {
  const { lab } = crowd;
  checks.say(`ufw ${sh(lab, 'dpkg-query -W -f "\\${Version}" ufw')}`);
  const play = (events: readonly Event[]) => events.forEach((event) => happens(checks, crowd, 'ufw', event));
  play([
    // Its INPUT shuts what nobody told it, our flow to the host among that.
    { what: 'enabled', command: 'ufw allow 22/tcp >/dev/null; ufw --force enable >/dev/null', shut: toHost },
    { what: 'a port of the host allowed', command: 'ufw allow 9090/tcp >/dev/null' },
    { what: 'reloaded', command: 'ufw reload >/dev/null' },
    { what: 'all that is routed allowed', command: 'ufw default allow routed >/dev/null; ufw route allow proto tcp from any to any port 8080 >/dev/null' }, // prettier-ignore
    { what: 'disabled', command: 'ufw disable >/dev/null' },
    { what: 'enabled beside an engine that starts', command: () => (sh(lab, 'ufw --force enable >/dev/null'), lab.restartEngine()) },
    { what: 'reloaded with the built-in chains as its own', command: "sed -i 's/^MANAGE_BUILTINS=.*/MANAGE_BUILTINS=yes/' /etc/default/ufw; ufw reload >/dev/null", shut: () => true }, // prettier-ignore
    { what: 'the engine started again', command: () => lab.restartEngine() },
    {
      what: 'reset, and all that it has flushed',
      // Beside the watch, which puts jumps back, a chain of Docker may be busy.
      command: 'ufw --force reset >/dev/null; /usr/lib/ufw/ufw-init flush-all || :',
      shut: () => true,
    },
    { what: 'the engine started without it', command: () => lab.restartEngine() },
  ]);
  crowd.control('ufw was here');
}
