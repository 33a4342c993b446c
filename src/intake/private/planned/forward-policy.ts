import type { Rule } from '../../../firewall/private/ir';

const POLICY = 'docker: the policy of FORWARD is DROP if Docker turned forwarding on itself, and stays ACCEPT if the host forwarded before';

/** The last rule of a chain where it is not known which policy Docker leaves. */
export const MAYBE_CLOSED: Rule = {
  matches: [{ kind: 'unknown', text: POLICY, depends: true }],
  verdict: { kind: 'drop' },
  origin: POLICY,
};
