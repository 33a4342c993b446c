import { defineTrap } from './private/define-trap';

// Measured: `capabilities.add = ["NET_BIND_SERVICE"]` replaced the container on every apply, `CAP_NET_BIND_SERVICE` and `ALL` did not.
export const capabilitySpelling = defineTrap({
  ruleId: 'BH-T01',
  title: 'capability in a spelling that the engine changes',
  differs: 'capabilities',
  why: 'The engine reports capabilities in capitals with the prefix CAP_, and ALL without it: any other spelling is a difference, and every apply replaces the container.',
  fix: "use the spelling of the engine: 'CAP_NET_ADMIN', and 'ALL'",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/pull/695'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('capabilities').length > 0,
  find: (container) =>
    container.blocks('capabilities').flatMap((block) =>
      ['add', 'drop'].flatMap((list) =>
        block
          .texts(list)
          .filter((text) => text !== asReadBack(text))
          .map((text) => ({ detail: `${list} ${text}`, message: `'${text}' is reported as '${asReadBack(text)}'` })),
      ),
    ),
});

function asReadBack(text: string): string {
  const capitals = text.toUpperCase();
  return capitals === 'ALL' || capitals.startsWith('CAP_') ? capitals : `CAP_${capitals}`;
}
