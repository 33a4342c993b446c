import { secretsInWords, secretValue } from '../../../private/secret-looking';
import type { ICheckedBlock } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { masked } from '../../private/json';
import { secretWords } from '../../private/secret-variables';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

/** A text that is uploaded: a key, or lines that give a value to the name of a secret. */
function inUpload(block: ICheckedBlock): Violation[] {
  const file = block.rawText('file') ?? '';
  const encoded = block.rawText('content_base64');
  const text = block.rawText('content') ?? (encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8'));
  const [found] = [secretValue('', text) ?? [], ...secretsInWords(masked(text).split('\n')).map(({ what }) => what)].flat();
  return found === undefined
    ? []
    : [{ detail: `upload ${file}`, message: `the content that is uploaded to '${file}' looks like ${found}` }];
}

export const secretLiteral = defineRule({
  ruleId: 'BH-C37',
  title: 'secret in a command, a health check or an uploaded file',
  severity: Severity.WARNING,
  inDefaults: true,
  why: "The secret is readable in the Terraform state and in 'docker inspect'; in a command or a health check every user of the host sees it in the list of processes, too.",
  fix: 'mount the secret as a file, and let the program read it from there; if the value is not a secret, suppress this finding for it',
  resourceTypes: ['docker_container'],
  find: (container) => [
    ...secretWords(container, 'command'),
    ...secretWords(container, 'entrypoint'),
    ...container.blocks('healthcheck').flatMap((check) => secretWords(check, 'test')),
    ...container.blocks('upload').flatMap(inUpload),
  ],
});
