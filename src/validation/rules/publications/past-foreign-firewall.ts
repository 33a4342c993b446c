import { publishedPorts } from './private/published';
import { guardedPublications } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const pastForeignFirewall = defineRule({
  ruleId: 'BH-P07',
  title: 'published on all addresses, bypassing the firewall of the host',
  severity: Severity.WARNING,
  inDefaults: true,
  why: "The engine translates a published port before the INPUT rules of the host run, so rules of ufw, firewalld or your own INPUT rules do not apply to it: 'ufw deny 8080' has no effect. With a raw provider or an UnguardedDaemon, no rule of Bulkhead applies either.",
  fix: "set 'ip' of 'ports' to one address of the host, preferably '127.0.0.1'; or publish from a HardenedContainer on a HardenedDaemon, whose guard admits only the declared sources",
  links: ['https://docs.docker.com/engine/network/packet-filtering-firewalls/'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('ports').length > 0 && guardedPublications(container) === undefined,
  find: (container) =>
    publishedPorts(container, { at: ['wildcard'] }).map(({ text }) => ({
      detail: text,
      message: `${text} bypasses the firewall of the host, which Bulkhead does not manage`,
    })),
});
