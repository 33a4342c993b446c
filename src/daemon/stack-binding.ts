import * as fs from 'fs';
import * as path from 'path';
import { TerraformProvider, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { DaemonConnection } from './daemon-connection';
import { DockerProvider } from '../private/bindings';
import { onStackWritten, requireProvider } from '../private/cdktf-hooks';
import { SecureDefaults } from '../validation/packs/secure-defaults';
import { StackPass } from '../validation/stack-pass';

/**
 * What one stack needs to talk to one daemon: Terraform knows no provider across stacks.
 *
 * Made with the first resource of the daemon in the stack, so that a stack that only wants user data needs no Docker provider.
 */
export class StackBinding extends Construct {
  public readonly provider: TerraformProvider;

  constructor(
    stack: TerraformStack,
    name: string,
    options: {
      daemonId: string;
      /** Folder of the files for the daemon, beside the stack, with slashes. */
      folder: string;
      connection: DaemonConnection;
      providerVersion: string;
      wrote: (by: string) => void;
    },
  ) {
    super(stack, `Bulkhead-${options.daemonId}`);
    StackPass.of(stack).useDefault(() => new SecureDefaults());
    const first = !stack.node
      .findAll()
      .some((node) => TerraformProvider.isTerraformProvider(node) && node.terraformProviderSource === 'kreuzwerker/docker');
    this.provider = new DockerProvider(this, 'Provider', {
      ...options.connection._providerConfig(`${options.folder}/known_hosts`),
      alias: first ? undefined : `bulkhead_${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_${options.daemonId.slice(0, 4)}`,
    });
    requireProvider(stack, options.providerVersion);
    onStackWritten(this, (session) => {
      options.wrote(stack.node.path);
      if (options.connection._knownHosts !== undefined) {
        const target = path.join(session.outdir, session.manifest.forStack(stack).workingDirectory, options.folder);
        fs.mkdirSync(target, { recursive: true });
        fs.writeFileSync(path.join(target, 'known_hosts'), options.connection._knownHosts);
      }
    });
  }
}
