import type { HostText } from './host-texts';

/** What the model of a host does not know, or did not understand. */
export interface HostNote {
  /** `missing`: a text was not given. `not-understood`: something in it could not be read; answers that need it are UNKNOWN. */
  readonly kind: 'missing' | 'not-understood';
  /** The text that it is about; `terraform` for what `terraform show -json` prints, `compose` for Compose files. */
  readonly text: HostText | 'terraform' | 'compose';
  /** Where in that text: a line, a rule, the name of an interface or a container. */
  readonly place?: string;
  readonly sentence: string;
}

export function missing(text: HostNote['text'], sentence: string): HostNote {
  return { kind: 'missing', text, sentence };
}

export function notUnderstood(text: HostNote['text'], place: string, sentence: string): HostNote {
  return { kind: 'not-understood', text, place, sentence };
}
