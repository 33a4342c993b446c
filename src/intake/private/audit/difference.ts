/** What an audit can find. The severity of a kind: whether something may be open that the program closes, or does not work as declared; or only differs. */
const KINDS = {
  'network-missing': { severity: 'error', fix: "run 'cdktf deploy'" },
  'network-changed': { severity: 'error', fix: "run 'cdktf deploy'; if the plan is empty, remove the network and deploy again" },
  'network-extra': { severity: 'warning', fix: 'remove the network, or declare it' },
  'network-overlap': { severity: 'error', fix: 'remove the network: its addresses are those of the program' },
  'member-missing': { severity: 'error', fix: "run 'cdktf deploy'" },
  'member-stranger': { severity: 'error', fix: "disconnect it ('docker network disconnect'), or declare it" },
  'member-address': { severity: 'error', fix: "remove the container and run 'cdktf deploy'" },
  'container-missing': { severity: 'error', fix: "run 'cdktf deploy'" },
  'container-stopped': { severity: 'error', fix: "find the reason ('docker logs'), then start it" },
  'container-changed': { severity: 'error', fix: "remove the container and run 'cdktf deploy'" },
  'container-extra': { severity: 'warning', fix: 'remove the container, or declare it' },
  'container-powerful': { severity: 'error', fix: 'remove the container: it can change the rules or the engine' },
  'port-missing': { severity: 'error', fix: "remove the container and run 'cdktf deploy'" },
  'port-extra': { severity: 'error', fix: 'remove the container that publishes it, or declare the publication' },
  'chain-missing': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host" },
  'rule-missing': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host" },
  'rule-extra': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host" },
  'rule-order': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host" },
  'jump-missing': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host" },
  'jump-late': {
    severity: 'error',
    fix: "run 'bulkhead-firewall apply' on the host, and remove the rules before the jump if they come again",
  },
  'set-changed': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host" },
  'foreign-rule': { severity: 'error', fix: 'remove the rule, or whatever wrote it' },
  'engine-version': { severity: 'error', fix: "set 'engine' in the program to the version of the host, and deploy again" },
  'setting-changed': { severity: 'error', fix: 'run install.sh of the program on the host, and restart the engine' },
  'file-missing': { severity: 'error', fix: 'run install.sh of the program on the host' },
  'file-changed': { severity: 'error', fix: 'run install.sh of the program on the host' },
  'file-mode': { severity: 'error', fix: 'run install.sh of the program on the host' },
  'file-extra': { severity: 'warning', fix: 'read the file: it changes how the engine starts' },
  'stamp-missing': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host, and read why it fails" },
  'unit-stopped': { severity: 'error', fix: 'enable and start the unit' },
  'sysctl-changed': { severity: 'error', fix: "run 'sysctl --system' on the host, and find what changes the value" },
  'bridge-unfiltered': { severity: 'error', fix: "run 'bulkhead-firewall apply' on the host" },
  'not-compared': { severity: 'unknown', fix: 'collect again when the reason is gone' },
} as const;

export type DifferenceKind = keyof typeof KINDS;

/** One difference between a program and its host, or something that could not be compared. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly severity: 'error' | 'warning' | 'unknown';
  /** A network, a container, a file, a chain, … */
  readonly subject: string;
  /** What the program says. */
  readonly program: string;
  /** What the host tells; for `not-compared` the reason. */
  readonly host: string;
  readonly fix: string;
}

export function difference(kind: DifferenceKind, subject: string, program: string, host: string): Difference {
  return { kind, subject, program, host, ...KINDS[kind] };
}

export const kindOf = (kind: DifferenceKind): Pick<Difference, 'severity' | 'fix'> => KINDS[kind];

export const KIND_NAMES = Object.keys(KINDS) as readonly DifferenceKind[];

export function notCompared(subject: string, why: string): Difference {
  return difference('not-compared', subject, '', why);
}
