import { holdsExpression, masked } from './json';
import { secretLooking, secretsInWords, valueOfFile } from '../../private/secret-looking';
import type { ICheckedBlock } from '../checked-resource';
import type { Violation } from '../rule';

/** Variables that look like secrets. The value is never repeated: reports are read by more people than the state. */
export function secretVariables(attribute: string, variables: readonly (readonly [name: string, value: string])[]): Violation[] {
  return variables.flatMap(([name, value]) => {
    // A text that Terraform inserts may be the path that the name promises.
    const what = valueOfFile(name) !== undefined && holdsExpression(value) ? undefined : secretLooking(name, value);
    return what === undefined ? [] : [{ detail: name, message: `'${name}' in '${attribute}' looks like ${what}` }];
  });
}

/** A map as it is written; `${…}` is a value that Terraform inserts. */
export function mapOf(block: ICheckedBlock, attribute: string): [name: string, value: string][] {
  return block.names(attribute).map((name) => [name, block.entries(attribute)[name] ?? '${}']);
}

/** Labels of a resource. */
export function labelsOf(resource: ICheckedBlock): [name: string, value: string][] {
  return resource.blocks('labels').map((block) => [block.rawText('label') ?? '', block.rawText('value') ?? '']);
}

/** Secrets in the words of a command. A value that Terraform inserts is one, too: it is in the state. */
export function secretWords(block: ICheckedBlock, attribute: string): Violation[] {
  return secretsInWords(block.rawTexts(attribute).map(masked)).map(({ name, what }) => ({
    detail: `${attribute} ${name}`,
    message: `'${name}' in '${attribute}' looks like ${what}`,
  }));
}

/** Lines of a container's environment, as names and values. */
export function variablesOf(container: ICheckedBlock): [name: string, value: string][] {
  return container
    .rawTexts('env')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
}
