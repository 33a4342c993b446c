import { engineFileAt } from '../../../hardening/private/engine-files';
import type { ICheckedBlock } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

function faultsOf(file: ICheckedBlock, isOurs: boolean): Violation[] {
  const path = file.text('path') ?? '';
  // Bulkhead knows the purpose only of its own files on a host.
  const wanted = engineFileAt(path) ?? (isOurs ? { owner: 'root:root', most: 0o755 } : undefined);
  const owner = file.text('owner');
  const mode = modeOf(file.text('mode'));
  if (wanted === undefined) return [];
  return [
    ...(owner === undefined || owner === wanted.owner
      ? []
      : [{ detail: `${path} owner`, message: `'${path}' belongs to ${owner}; it must belong to ${wanted.owner}` }]),
    ...(mode === undefined || isWithin(mode, wanted.most)
      ? []
      : [{ detail: `${path} mode`, message: `'${path}' has the mode ${octal(mode)}; it may be ${octal(wanted.most)} at most` }]),
  ];
}

function modeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^0?o?[0-7]{3,4}$/.test(text) ? parseInt(text.replace('o', ''), 8) : undefined;
}

/** Bits, not numbers: 0577 is less than 0644, and lets others do more. */
function isWithin(mode: number, most: number): boolean {
  // eslint-disable-next-line no-bitwise
  return (mode & ~most) === 0;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

export const fileModes = defineRule({
  ruleId: 'BH-H02',
  title: 'file of the engine with the wrong owner or mode',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['3.1', '3.2', '3.3', '3.4', '3.5', '3.6', '3.7', '3.8', '3.17', '3.18', '3.19', '3.20', '3.21', '3.22'],
  why: 'A user who can write the settings or units of the engine decides what runs as root.',
  fix: 'set the owner and the mode that the message names',
  links: ['https://docs.docker.com/engine/security/'],
  resourceTypes: ['host'],
  find: (host) => host.blocks('files').flatMap((file) => faultsOf(file, host.isTrue('managed'))),
});
