import type { Family } from '../../../../topology/private/terms';

/** The rules of one family for the host, as text for the kernel's own tools, and the data to read the result back. */
export interface RestoreFile {
  readonly family: Family;
  /** `iptables-restore --noflush` input: it declares only Bulkhead's chains, so it replaces only those, each table in one commit. */
  readonly rules: string;
  /** `ipset restore` input; set names end in a digest of their content, so a new version never touches one in use. */
  readonly sets: string;
  /** Names of the sets above. */
  readonly setNames: readonly string[];
  /** How many rules each Bulkhead chain must have when it is read back. */
  readonly chains: readonly { readonly table: string; readonly chain: string; readonly hook: string; readonly rules: number }[];
  /** Digest of rules and sets, in the comment of the last rule of every chain that has a rule. */
  readonly digest: string;
}
