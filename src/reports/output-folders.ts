import * as fs from 'fs';
import * as path from 'path';
import type { IConstruct } from 'constructs';
import { outputFolder } from './private/output-folder';
import { constructAt } from '../private/cdktf-hooks';
import { Slot } from '../private/slot';

/** Paths of daemons by the names of their folders, in lower case. */
const FOLDERS = new Slot<Map<string, string>>('output-folders');

/**
 * Name of the folder, under `bulkhead/` beside a stack, with the files of a daemon.
 *
 * Some file systems treat upper and lower case as the same. If the paths of two daemons differ only in case, the later one gets a longer name.
 */
export function outputFolderOf(daemon: IConstruct): string {
  const { path: place, root } = daemon.node;
  const owners = FOLDERS.get(root) ?? new Map<string, string>();
  FOLDERS.set(root, owners);
  const name = outputFolder(place, (wanted) => (owners.get(wanted.toLowerCase()) ?? place) !== place);
  owners.set(name.toLowerCase(), place);
  return name;
}

/** Removes the folders of daemons that were removed or have another name now: their install scripts would bring rules of long ago to a host. */
export function removeOldFolders(bulkhead: string, root: IConstruct): void {
  const owners = FOLDERS.get(root);
  for (const entry of fs.readdirSync(bulkhead, { withFileTypes: true })) {
    const owner = owners?.get(entry.name.toLowerCase());
    const isCurrent = owner !== undefined && constructAt(root, owner) !== undefined;
    if (entry.isDirectory() && !isCurrent) fs.rmSync(path.join(bulkhead, entry.name), { recursive: true });
  }
}
