import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const hostKeyCheck = defineRule({
  ruleId: 'BH-V02',
  title: 'SSH without a check of the host key',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'Terraform trusts any server that answers at the address of the host, and sends it secrets, images and commands.',
  fix: "in 'ssh_opts', set 'StrictHostKeyChecking=yes' and 'UserKnownHostsFile=' to a file with the key of the host",
  links: ['https://man.openbsd.org/ssh_config#StrictHostKeyChecking'],
  resourceTypes: ['provider.docker'],
  applies: (provider) => provider.has('ssh_opts'),
  find: (provider) => {
    const settings = sshSettings(provider.rawTexts('ssh_opts'));
    const strict = settings.get('stricthostkeychecking')?.toLowerCase() ?? 'ask';
    if (['no', 'off', 'false'].includes(strict)) {
      return [{ detail: 'StrictHostKeyChecking', message: `'StrictHostKeyChecking' is '${strict}'` }];
    }
    if (strict === 'accept-new') {
      return [{ detail: 'StrictHostKeyChecking', message: "'StrictHostKeyChecking' is 'accept-new', which trusts the first key" }];
    }
    const known = settings.get('userknownhostsfile') ?? '';
    return strict !== 'yes' && strict !== 'true' && /^(\/dev\/null|none)$/i.test(known)
      ? [{ detail: 'UserKnownHostsFile', message: `'UserKnownHostsFile' is '${known}', so no key is known` }]
      : [];
  },
});

/** Settings given by `-o`, in one word or in two; names in lower case. As in ssh itself the first of a name counts. */
function sshSettings(words: readonly string[]): Map<string, string> {
  const options = words.flatMap((word, index) => {
    const match = /^\s*-o\s*(.*)$/s.exec(word);
    return match === null ? [] : [match[1] === '' ? (words[index + 1] ?? '') : match[1]];
  });
  const pairs = options.flatMap((option): [string, string][] => {
    const match = /^\s*([a-z]+)\s*(?:=|\s)\s*"?(.*?)"?\s*$/is.exec(option);
    return match === null ? [] : [[match[1].toLowerCase(), match[2]]];
  });
  return new Map(pairs.reverse());
}
