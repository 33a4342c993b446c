import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const MOST = 5;

export const restartPolicy = defineRule({
  ruleId: 'BH-C21',
  title: 'unlimited restarts',
  severity: Severity.WARNING,
  inDefaults: false,
  cisControls: ['5.15'],
  why: 'A container that crashes and restarts without limit puts load on the host, and gives an attacker unlimited attempts for an exploit.',
  fix: `set 'restart' to 'on-failure' and 'max_retry_count' to ${MOST} or less`,
  links: ['https://docs.docker.com/engine/containers/start-containers-automatically/'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const policy = container.text('restart')?.toLowerCase();
    if (policy === 'always' || policy === 'unless-stopped') return [{ detail: policy, message: `'restart' is '${policy}'` }];
    if (policy !== 'on-failure') return [];
    const retries = container.has('max_retry_count') ? container.num('max_retry_count') : 0;
    if (retries === undefined || (retries > 0 && retries <= MOST)) return [];
    return [{ detail: 'max_retry_count', message: retries > MOST ? `'max_retry_count' is ${retries}` : "'restart' is 'on-failure' without a 'max_retry_count'" }]; // prettier-ignore
  },
});
