// The capability sets of processes, as the kernel prints them; and an image with a program that has all capabilities by its file.
import * as path from 'node:path';
import type { CapabilitySets } from '../../../src/hardening/private/held-capabilities';
import { must } from '../lab/exec';
import { capabilityNames } from '../lab/held';
import { imageTar } from '../lab/image';
import type { Lab } from '../lab/lab';

/** Of each process whose status is in the text. */
export function sets(text: string): CapabilitySets[] {
  const all = [...text.matchAll(/CapInh:\s*(\w+)\nCapPrm:\s*(\w+)\nCapEff:\s*(\w+)\nCapBnd:\s*(\w+)\nCapAmb:\s*(\w+)/g)];
  return all.map(([, ...words]) => {
    const [inheritable, permitted, effective, bounding, ambient] = words.map(capabilityNames);
    return { inheritable, permitted, effective, bounding, ambient };
  });
}

/** The lab's image with a second program, `/cap/cat`, whose file permits every capability; a process gets of them what nothing keeps from it. */
export function imageWithFileCapabilities(lab: Lab, name: string): void {
  const root = path.join(lab.runDir, 'with-capabilities');
  // Version 2: permitted and inheritable, twice 32 bits, and no flag that makes them effective, which would be all or none.
  const mark = `import os, struct; os.setxattr('${root}/cap/cat', 'security.capability', struct.pack('<5I', 0x02000000, 0xffffffff, 0, 0x1ff, 0))`;
  const tar = `${root}.tar`;
  must('unpacking the image', ['sh', '-c', `mkdir -p ${root} && tar -C ${root} -xf ${imageTar()} && mkdir ${root}/cap && cp ${root}/bin/busybox ${root}/cap/cat && chmod 755 ${root}/cap/cat`]); // prettier-ignore
  must('marking the program', ['python3', '-c', mark]);
  must('packing it', ['tar', '--xattrs', '--xattrs-include=security.*', '-C', root, '-cf', tar, '.']);
  lab.importImage(name, tar);
}
