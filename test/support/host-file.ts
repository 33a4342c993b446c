import type { Program } from './programs';
import { filesOfUserData } from './user-data';
import { renderUserData } from '../../src/host/private/render-user-data';

/** A file of a program's host, as its user data bring it. */
export function hostFile(program: Program, path: string): string {
  return filesOfUserData((program.daemon as any).rendered(renderUserData)).find((file) => file.path === path)!.content;
}
