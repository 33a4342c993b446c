// Program files with a capability, as images of servers have them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { must } from '../lab/exec';

// Version 2, effective, the bit of NET_BIND_SERVICE.
const MARK = "import os, struct, sys; os.setxattr(sys.argv[1], 'security.capability', struct.pack('<5I', 0x02000001, 1 << 10, 0, 0, 0))";

/** Marks a file with NET_BIND_SERVICE: the kernel does not execute it where a container cannot have that. */
export function markWithPorts(file: string): void {
  must(`marking ${path.basename(file)}`, ['python3', '-c', MARK, file]);
}

/** The same of a copy of a program. */
export function markedCopy(program: string, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.copyFileSync(program, file);
  fs.chmodSync(file, 0o755);
  markWithPorts(file);
}
