import * as fs from 'node:fs';
import * as path from 'node:path';
import { HostQuestions } from './host-questions';
import { given } from './input-error';
import { composeObjects } from './private/compose/compose-host';
import { composeModel } from './private/compose/load';
import { composeProject } from './private/compose/project';
import { HOST_PLACEHOLDERS, hostOfPlan } from './private/planned/planned-host';
import { unguardedSettings } from '../daemon/private/engine-settings';
import { EngineVersion } from '../engine/engine-version';

/** Printed with every answer: Compose files contain none of this. */
const ASSUMED = [
  "no firewall but Docker's rules is taken to be on the host, no container but those of the files, and Docker to have its default settings",
  'services of the host itself are not known, and exposure does not list them',
  `${HOST_PLACEHOLDERS.join(' and ')} stand for the addresses of the host, and the first free address for each that Docker chooses`,
];

/** How Compose is called. */
export interface ComposeOptions {
  readonly files: readonly string[];
  readonly profiles?: readonly string[];
  readonly envFiles?: readonly string[];
}

/**
 * Questions to the host on which `docker compose up` ran, on an engine of a version.
 * @throws InputError for what Compose refuses, and for a version that is not one
 */
export function askCompose(options: ComposeOptions, version: string, environment: Readonly<Record<string, string | undefined>> = process.env): HostQuestions {
  const engine = given(() => EngineVersion.of(version));
  const model = composeModel({ ...options, environment, read: readFile });
  const { networks, containers, notes } = composeObjects(composeProject(model), profilesOf(options, model.value('COMPOSE_PROFILES')));
  const assumed = ASSUMED.map((sentence) => ({ kind: 'missing' as const, text: 'compose' as const, sentence }));
  const settings = unguardedSettings(engine, { userlandProxy: true, forwardPolicyDrop: false });
  const host = hostOfPlan({ networks, containers, version: engine.version, settings, notes: [...assumed, ...notes] });
  return new HostQuestions(host, (other) => askCompose(options, other, environment));
}

function profilesOf({ profiles }: ComposeOptions, named = ''): string[] {
  return [...(profiles ?? []), ...named.split(',').map((each) => each.trim()).filter((each) => each !== '')]; // prettier-ignore
}

function readFile(file: string): string | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined || stat.isDirectory() ? undefined : fs.readFileSync(file, 'utf8');
}

/** Names that Compose looks for in a folder, with those that it puts on top. */
const FOUND = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The files that Compose takes in a folder; undefined where there are none. */
export function composeFilesIn(folder: string): string[] | undefined {
  const isThere = (file: string) => fs.existsSync(path.join(folder, file));
  const main = FOUND.find(isThere);
  if (main === undefined) return undefined;
  const override = FOUND.map((file) => file.replace(/\.ya?ml$/, (end) => `.override${end}`)).find(isThere);
  return [main, ...(override === undefined ? [] : [override])].map((file) => path.join(folder, file));
}
