import { publishedPorts } from './private/published';
import { guardedPublications } from '../../private/daemons';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const pastForeignFirewall = defineRule({
  ruleId: 'BH-P07',
  title: 'published everywhere, past a firewall that is not ours',
  severity: Severity.WARNING,
  inDefaults: true,
  why: "The engine translates a published port before the host's INPUT rules are asked, so ufw, firewalld and hand-made INPUT rules never see it: 'ufw deny 8080' changes nothing. With a raw provider or an UnguardedDaemon no rule of Bulkhead stands before it either.",
  fix: "name one address of the host in 'ip' of 'ports', best '127.0.0.1'; or publish from a HardenedContainer on a HardenedDaemon, whose guard lets in the sources alone",
  links: ['https://docs.docker.com/engine/network/packet-filtering-firewalls/'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('ports').length > 0 && guardedPublications(container) === undefined,
  find: (container) =>
    publishedPorts(container, { at: ['wildcard'] }).map(({ text }) => ({
      detail: text,
      message: `${text} is open past the firewall of the host, which Bulkhead does not keep`,
    })),
});
