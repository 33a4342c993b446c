import { authentik } from './authentik';
import { elk } from './elk';
import { immich } from './immich';
import { mailcow } from './mailcow';
import { pihole } from './pihole';
import { traefik } from './traefik';
import { RulePack } from '../../src';
import { Program } from '../support/programs';

const STACKS = { authentik, elk, immich, mailcow, pihole, traefik };

describe.each(Object.entries(STACKS))('%s', (_, { program, dualStack }) => {
  test('synthesizes', () => {
    const p = new Program({ dualStack });
    program(p);
    p.synth();
    const warnings = p.stack.node.findAll().flatMap(({ node }) => node.metadata.filter(({ type }) => /warn|error/.test(type)).map(({ data }) => `${node.path}: ${data}`)); // prettier-ignore
    console.log(warnings.join('\n'), RulePack.length);
  });
});
