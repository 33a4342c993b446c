import * as fs from 'node:fs';
import { askPlan } from './ask-plan';
import { overrideBeside } from './compose-files';
import type { HostQuestions } from './host-questions';
import { given } from './input-error';
import { EngineVersion } from '../engine/engine-version';
import type { Step } from '../private/step';
import { composeObjects } from './private/compose/compose-host';
import { composeModel } from './private/compose/load';
import { composeProject } from './private/compose/project';

/** Printed with every answer: Compose files do not contain it. */
const BARE =
  "no firewall but Docker's rules is taken to be on the host, no container but those of the files, and Docker to have its default settings";

/** How Compose is called. */
export interface ComposeOptions {
  /** `-` for a text. */
  readonly files: readonly string[];
  /** Of the first file, where it has been read. */
  readonly text?: string;
  readonly profiles?: readonly string[];
  readonly envFiles?: readonly string[];
  /** Gets how much of an answer is done. */
  readonly step?: Step;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Questions to the host on which `docker compose up` ran.
 * @param version of the engine; the newest that is known where the question names none
 * @throws InputError for what Compose refuses, and for a version that is not one
 */
export function askCompose(options: ComposeOptions, version?: string, environment: Environment = process.env): HostQuestions {
  const engine = version === undefined ? EngineVersion.V29 : given(() => EngineVersion.of(version));
  const [file] = options.files;
  const read = (each: string) => (each === file && options.text !== undefined ? options.text : readFile(each));
  const model = composeModel({ ...options, environment, read });
  const { networks, containers, notes } = composeObjects(composeProject(model), profilesOf(options, model.value('COMPOSE_PROFILES')));
  const chosen = version === undefined ? [`engine ${engine.version} is taken; --engine names another`] : [];
  const left = options.files.length === 1 ? overrideBeside(file) : [];
  const unread = left.map((each) => `${each} is beside the file and is not read; 'docker compose up' reads both if none is named: name the folder, or give it with --override`); // prettier-ignore
  return askPlan({
    text: 'compose',
    assumed: [...chosen, ...unread, BARE],
    engine,
    networks,
    containers,
    notes,
    again: (other) => askCompose(options, other, environment),
    step: options.step,
  });
}

function profilesOf({ profiles = [] }: ComposeOptions, named = ''): string[] {
  const wanted = named.split(',').map((each) => each.trim());
  return [...profiles, ...wanted.filter((each) => each !== '')];
}

function readFile(file: string): string | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined || stat.isDirectory() ? undefined : fs.readFileSync(file, 'utf8');
}
