import * as fs from 'node:fs';
import type { ComposeOptions } from './ask-compose';
import { composeFilesIn } from './compose-files';
import type { HostQuestions } from './host-questions';
import { given, InputError } from './input-error';
import { parsedText } from './json-file';
import { isHostDump, readDump } from './private/host/dump';
import { Questions } from './questions';
import { topologyAt } from './topology-file';
import type { Step } from '../private/step';

/** Questions to one daemon of a synth. @throws InputError */
export function ask(input: string, daemon?: string): Questions {
  return new Questions(topologyAt(input, daemon));
}

/** What an input does not tell itself. */
export interface HostInput {
  /** Version of the engine, which neither Terraform nor Compose tells. */
  readonly engine?: string;
  /** Option of the command line that gives it. */
  readonly option?: string;
  /** Of a plan with several Docker hosts, the configuration of the provider. */
  readonly daemon?: string;
  readonly compose?: Pick<ComposeOptions, 'profiles' | 'envFiles'> & { readonly overrides?: readonly string[] };
  /** Gets how much of an answer is done. */
  readonly step?: Step;
}

/**
 * Questions to the host of a text that `bulkhead collect` made, of what `terraform show -json` prints, or of Compose files; undefined if the input is
 * about no host.
 * @param input a file, a folder with a Compose file, or `-` for standard input
 * @throws InputError
 */
export function askHost(input: string, rest: HostInput = {}): HostQuestions | undefined {
  const { engine, option = '--engine', daemon, step } = rest;
  const inFolder = input === '-' ? undefined : composeFilesIn(input);
  if (inFolder !== undefined) return askComposeFiles(inFolder, rest);
  const text = textOf(input);
  if (text === undefined) return undefined;
  if (isHostDump(text)) {
    if (engine !== undefined) throw new InputError(`${input} has the rules of its engine as they are, so that ${option} would change nothing; leave it out`); // prettier-ignore
    if (daemon !== undefined) throw new InputError(`${input} is about one host; leave out --daemon`);
    return askDump(input, text, step);
  }
  if (isCompose(input, text)) return askComposeFiles([input], rest, text);
  // A topology needs none of this, and is parsed where it is read.
  if (!text.includes('"terraform_version"')) return noHost(input, text);
  const json = parsedText(input, text, "run 'terraform show -json' again");
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { isTerraformJson } = require('./private/planned/terraform') as typeof import('./private/planned/terraform');
  if (!isTerraformJson(json)) return noHost(input, text);
  if (engine === undefined) {
    throw new InputError(`${input} does not tell the version of the engine, which decides what Docker's rules are; give it with ${option}, such as ${option} 28.5`); // prettier-ignore
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { askTerraform } = require('./ask-terraform') as typeof import('./ask-terraform');
  return askTerraform(json, engine, daemon, step);
}

/** By its name, or by a top key that no other input has. */
function isCompose(input: string, text: string): boolean {
  if (/\.ya?ml$/.test(input)) return true;
  if (/^services\s*:/m.test(text)) return true;
  if (!text.trimStart().startsWith('{') || !/"services"\s*:\s*\{/.test(text)) return false;
  const parsed = parsedText(input, text, "run 'docker compose config --format json' again") as object;
  return 'services' in parsed && !('terraform_version' in parsed) && !('daemon' in parsed);
}

/** @param text of the first file, where it has been read */
function askComposeFiles(files: readonly string[], { daemon, engine, compose = {}, step }: HostInput, text?: string): HostQuestions {
  if (daemon !== undefined) throw new InputError(`${files[0]} is about one host; leave out --daemon`);
  const { overrides = [], ...options } = compose;
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { askCompose } = require('./ask-compose') as typeof import('./ask-compose');
  return askCompose({ ...options, files: [...files, ...overrides], text, step }, engine);
}

/** Of a text that is about no host: undefined where it can be a topology, which is read by its path. */
function noHost(input: string, text: string): undefined {
  const hosts = "the text of 'bulkhead collect' nor what 'terraform show -json' prints nor a Compose file";
  if (input === '-' || !fs.statSync(input).isFile()) {
    throw new InputError(`${input === '-' ? 'standard input' : input} is neither ${hosts}; pass one of these, or a topology.json by the path of its file`); // prettier-ignore
  }
  if (text.trim() !== '' && !text.trimStart().startsWith('{')) {
    throw new InputError(`${input} is not a topology of Bulkhead, neither ${hosts}; pass one of these, or a folder that a synth wrote`);
  }
}

function textOf(input: string): string | undefined {
  if (input === '-') return fs.readFileSync(0, 'utf8');
  const stat = fs.statSync(input, { throwIfNoEntry: false });
  return stat?.isFile() || stat?.isFIFO() ? fs.readFileSync(input, 'utf8') : undefined;
}

function askDump(input: string, text: string, step?: Step): HostQuestions {
  const { texts, lacks } = readDump(text);
  if (texts.addresses === undefined && texts['docker-networks'] === undefined) {
    const why = lacks.find(({ of }) => of === 'addresses')?.why;
    throw new InputError(`${input} has neither the interfaces nor the Docker networks of the host${why === undefined ? '' : ` (${why})`}, so it does not tell which connections are possible; give the text that 'bulkhead collect' makes, or let 'bulkhead review' check these rules`); // prettier-ignore
  }
  // A topology needs none of these.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { hostOf } = require('./private/host/intake-host') as typeof import('./private/host/intake-host');
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { HostQuestions: Asked } = require('./host-questions') as typeof import('./host-questions');
  const host = hostOf(texts);
  const again = (version: string) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { onOtherEngine } = require('./private/planned/other-engine') as typeof import('./private/planned/other-engine');
    return new Asked(
      given(() => onOtherEngine(host, texts, version)),
      undefined,
      step,
    );
  };
  return new Asked(host, again, step);
}
