import { Construct } from 'constructs';
import type { ContainerImage } from './container-image';
import { imageReference } from './image-reference';
import { oneShotContainer } from './one-shot-container';
import { writerConfig } from './private/config-writer';
import { type LateContainer, Volume } from '../private/bindings';
import { secretsInWords } from '../private/secret-looking';
import type { IDaemon } from '../topology/daemon';
import { configDigest, configMounts, configPlace } from '../topology/private/config-places';
import type { ConfigUse } from '../topology/private/facts';
import { secretLiteral } from '../validation/rules/containers/secret-literal';
import { Suppressions } from '../validation/suppressions';

/** Volumes that have the config files of a container, and what fills them before it starts. */
export interface ConfigVolumes {
  readonly mounts: readonly { readonly source: string; readonly target: string }[];
  readonly writer: LateContainer;
}

/**
 * Fills a volume for each folder with config files, if Bulkhead has access only to the API of the engine. The name of a volume contains a digest of
 * its content: other content is another volume, so Terraform replaces the container, and a half-filled volume is never mounted.
 */
export function fillVolumes(container: Construct, name: string, daemon: IDaemon, use: ConfigUse, image: ContainerImage): ConfigVolumes {
  const scope = new Construct(container, 'Config');
  const provider = daemon._providerFor(scope);
  daemon._declarations.reserve(scope.node.path, [`container ${name}-config`]);
  // Each folder is mounted as a whole.
  const whole: ConfigUse = { ...use, onChange: 'nothing' };
  const folders = configMounts(whole).map((mount, index) => {
    const files = whole.files.filter((file) => configPlace(whole, file).startsWith(`${mount.name}/`));
    const digest = configDigest(mount.target, ...files.flatMap(({ target, text, owner, mode }) => [target, text, owner, mode]));
    const volumeName = `${name}-config-${digest}`;
    const { name: source } = new Volume(scope, `Volume${index}`, { provider, name: volumeName });
    return { target: mount.target, volumeName, source, files };
  });
  const config = writerConfig({
    container: name,
    image: imageReference(scope, provider, image),
    stamp: daemon._stampPath,
    volumes: folders,
  });
  const reason = `it writes the config files of '${name}', without a network, and ends`;
  const writer = oneShotContainer(scope, provider, config, reason);
  for (const found of secretsInWords(config.command!)) {
    Suppressions.of(scope)._imply(secretLiteral, `command ${found.name}`, 'BH-C40 looks at the files themselves');
  }
  // By its literal name: a reference stays the same when the name changes, and the provider would update the container only in its state.
  return { mounts: folders.map(({ volumeName, target }) => ({ source: volumeName, target })), writer };
}
