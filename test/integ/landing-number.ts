// Which landing this is: what takes turns asks for it.
import * as path from 'node:path';
import { run } from './lab/exec';

const ROOT = path.resolve(__dirname, '../..');

export interface LandingNumber {
  readonly number: number;
  readonly from: string;
}

/** Commits on the way to this one; each landing adds one or more. Where the history is not at hand something else that changes has to do. */
export function landingNumber(): LandingNumber {
  const git = (...args: string[]) => {
    // The folder may belong to another user than the one that runs this.
    const { code, stdout } = run(['git', '-c', `safe.directory=${ROOT}`, '-C', ROOT, ...args]);
    return code === 0 ? stdout.trim() : '';
  };
  const hasGit = run(['sh', '-c', 'command -v git']).code === 0;
  if (hasGit && git('rev-parse', '--is-shallow-repository') === 'false') {
    const count = git('rev-list', '--count', '--first-parent', 'HEAD');
    if (/^[1-9]\d*$/.test(count)) return { number: Number(count), from: 'commits' };
  }
  const id = hasGit ? git('rev-parse', 'HEAD') : '';
  if (id !== '') return { number: parseInt(id.slice(0, 8), 16), from: "the commit's id, since its history is not here" };
  return { number: Math.floor(Date.now() / 86_400_000), from: 'the day, since there is no commit here' };
}
