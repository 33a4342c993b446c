import { cell } from './print-cis';
import type { ImageFacts } from '../src/hardening/private/images/image-facts';
import { IMAGE_NEEDS, type ImageNeeds } from '../src/hardening/private/images/image-needs';
import { PUBLIC_IMAGES } from '../src/hardening/private/images/public-images';

/** docs/IMAGES.md: what the profiles of public images set, why, and where that is written. */
export function imagesPage(): string {
  const names = [...new Set(PUBLIC_IMAGES.map(({ image }) => image))];
  const rows = PUBLIC_IMAGES.map((facts) => {
    const { image, variant = '', uid, gid, dataPath, tmpfs, ports, memoryMebibytes, run } = facts;
    const memory = memoryMebibytes === undefined ? '' : `${memoryMebibytes}`;
    const cells = [
      `[${image}](#${image})`,
      variant,
      `${uid}:${gid}`,
      code(dataPath),
      Object.keys(tmpfs).map(code).join(', '),
      ports.join(', '),
      memory,
      run,
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return `# Images

This page lists what an \`ImageProfile\` sets for a container, from the Dockerfiles and the entry points of public images. The images themselves were
not run, because the lab cannot pull from a registry. The last column lists what was run instead, with the profile's user and paths: programs of
Debian's packages, on a read-only root file system, without capabilities, until they were healthy, wrote their data and found it again in a new
container. "Not run" means that only the sources were read. On the host \`verify.sh\` compares the user, the volumes and the ports of a pulled image
with this page. \`docker run --rm --network none --entrypoint id IMAGE NAME\` prints the number of a user that an image names.

A file system in memory is empty at each start. The column "data" shows the path of data that must last: mount a volume there.

This page is printed from the facts by \`npx projen docs:print\`.

| image | variant | user | data | in memory | ports of the image | memory in MiB | run in the lab |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

${needsTable()}

${names.map((name) => section(PUBLIC_IMAGES.filter(({ image }) => image === name))).join('\n')}`;
}

/** What rule BH-I06 knows. */
function needsTable(): string {
  const rows = IMAGE_NEEDS.map(
    (needs) => `| ${[namesOf(needs), needs.refused ?? saysOf(needs), `<${needs.source}>`].map(cell).join(' | ')} |`,
  );
  return `## Images without a profile

Of these images only some needs are known, from their sources; none was run. The rule [BH-I06](RULES.md#bh-i06) warns of a container that lacks one.

| image | what it needs | source |
|---|---|---|
${rows.join('\n')}`;
}

const namesOf = ({ title }: ImageNeeds) => title;

function saysOf({ isFirst, root, capabilities, fileCapabilities, writableRoot, writes, memory }: ImageNeeds): string {
  return [
    isFirst && `\`init: false\`: it has its own first process`,
    root && `root: ${root}`,
    capabilities && `as root ${capabilities.map((each) => each.replace('CAP_', '')).join(', ')}`,
    fileCapabilities && `\`fileCapabilities\` ${fileCapabilities.map((each) => each.replace('CAP_', '')).join(', ')}`,
    writableRoot && `a writable root file system: ${writableRoot}`,
    writes && `a volume or a file system in memory at ${writes.map(code).join(', ')}`,
    memory && `${memory} MiB`,
  ]
    .filter(Boolean)
    .join('; ');
}

function section(variants: readonly ImageFacts[]): string {
  const [first] = variants;
  const versions = [...new Set(variants.map((facts) => facts.versions))].join(', ');
  const lines = [
    ...all(
      variants,
      ({ imageUser, uid, gid }) =>
        `The image names ${imageUser === '' ? 'no user, so by default it starts as root' : `the user \`${imageUser}\``}; the profile sets ${uid}:${gid}.`,
    ),
    ...all(variants, ({ volumes }) =>
      volumes.length === 0 ? 'It declares no volume.' : `It declares ${volumes.map(code).join(', ')} as a volume.`,
    ),
    ...all(variants, ({ health }) =>
      health === undefined
        ? 'No health check.'
        : `Health check: ${code(health.test.slice(1).join(' '))}${startPeriod(health.startPeriodSeconds)}.`,
    ),
    ...all(
      variants,
      ({ fileCapabilities }) => fileCapabilities && `The container may have ${fileCapabilities.join(', ')}; its processes do not hold it.`,
    ),
    ...all(variants, ({ writableRoot }) => writableRoot && `Its root file system is writable: ${writableRoot}.`),
    ...all(
      variants,
      ({ environment }) =>
        environment &&
        `Variables: ${Object.entries(environment)
          .map(([name, value]) => code(`${name}=${value}`))
          .join(', ')}.`,
    ),
    ...all(variants, ({ fileVariables = [] }) =>
      fileVariables.length === 0
        ? 'No variable takes the path of a file.'
        : `Variables that take the path of a file: ${fileVariables.map(code).join(', ')}.`,
    ),
    ...all(
      variants,
      ({ stopSignal = 'SIGTERM', stopSeconds = 10 }) =>
        `Stop signal: ${stopSignal}; the engine kills the program after ${stopSeconds} seconds.`,
    ),
    ...all(variants, ({ notes }) => notes),
  ];
  const sources = [...new Set(variants.flatMap((facts) => facts.sources))];
  return `## ${first.image}

Sources read for versions: ${versions}.

${lines.map((line) => `- ${line}`).join('\n')}

Sources:

${sources.map((source) => `- <${source}>`).join('\n')}
`;
}

/** What is said of variants: once where all say the same, with the name of the variant where they differ. */
function all(variants: readonly ImageFacts[], say: (facts: ImageFacts) => string | readonly string[] | undefined): string[] {
  const said = new Map<string, string[]>();
  for (const facts of variants) {
    for (const line of [say(facts) ?? []].flat()) said.set(line, [...(said.get(line) ?? []), facts.variant ?? '']);
  }
  return [...said].map(([line, of]) => (of.length === variants.length ? line : `(${of.join('; ')}) ${line}`));
}

function startPeriod(seconds: number | undefined): string {
  return seconds === undefined ? '' : `, failures in the first ${seconds} seconds do not count`;
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}
