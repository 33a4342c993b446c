import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { container } from './containers';
import { EnvironmentFile } from '../../../src';
import { type Entry, told, value } from '../entry';

/** A file with one line. */
function envFile(line: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'env-'));
  fs.writeFileSync(path.join(folder, 'app.env'), `${line}\n`);
  return path.join(folder, 'app.env');
}

/** What containers have besides their networks, files and users. */
export const PROPERTIES: readonly Entry[] = [
  container(
    'LabelName',
    ["'my label' is not a name of a label"],
    "signs of ASCII other than '=', without blanks",
    { labels: { 'my label': 'x' } },
    { labels: { 'my-label': 'x' } },
    ({ labels }) => labels[0].label === 'my-label',
  ),
  container(
    'LabelName',
    ["'com.docker.compose.project' is reserved"],
    "a prefix of your own, such as 'com.example.project'",
    { labels: { 'com.docker.compose.project': 'shop' } },
    { labels: { 'com.example.project': 'shop' } },
    ({ labels }) => labels[0].value === 'shop',
  ),
  container(
    'SecretInLabel',
    ["'labels.app.token' looks like a secret, by its name"],
    "notSecretReasons: { 'app.token': '…' }",
    { labels: { 'app.token': 'header' } },
    { labels: { 'app.token': 'header' }, notSecretReasons: { 'app.token': 'it only names a header' } },
    ({ labels }) => labels[0].value === 'header',
  ),
  container('SecretInLabel', ["'labels.app.token'"], 'remove it', { labels: { 'app.token': 'abc' } }, {}),
  value(
    'EnvironmentFileLine',
    told(undefined, "is 'HOME' without '='", 'write HOME=VALUE'),
    (isMended) => EnvironmentFile.read(envFile(isMended ? 'HOME=/srv' : 'HOME')).HOME === '/srv',
  ),
  value('EnvironmentFileLine', told(undefined, "sets 'A' for the second time", 'remove one of the lines'), (isMended) =>
    Boolean(EnvironmentFile.read(envFile(isMended ? 'A=1' : 'A=1\nA=2')).A),
  ),
  value(
    'EnvironmentFileMissing',
    told(undefined, "cannot read '", 'the path of a text file in UTF-8'),
    (isMended) => EnvironmentFile.read(isMended ? envFile('A=1') : '/nowhere/app.env').A === '1',
  ),
];
