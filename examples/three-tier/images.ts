/**
 * Images of this example. They are tiny and our own, so that the example needs no registry: `npx tsx build-images.ts` builds them on the engine and
 * notes their ids in images.json. In your own program write `ContainerImage.fromRegistry('nginx@sha256:…')` instead.
 */
import * as fs from 'fs';
import * as path from 'path';
import { ContainerImage } from 'cdktf-docker-bulkhead';

const FILE = path.join(__dirname, 'images.json');

export function image(name: 'web' | 'api' | 'db'): ContainerImage {
  if (!fs.existsSync(FILE)) {
    // Enough to synthesize and read; a deploy needs the real ids.
    return ContainerImage.fromId(`sha256:${'0'.repeat(64)}`);
  }
  return ContainerImage.fromId(JSON.parse(fs.readFileSync(FILE, 'utf8'))[name]);
}
