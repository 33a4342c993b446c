import { TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { ContainerImage } from './container-image';
import type { ContainerUser } from './container-user';
import { FileOwner } from './file-owner';
import { imageReference } from './image-reference';
import { oneShotContainer } from './one-shot-container';
import { checkImage } from './private/common';
import { folderMode } from './private/folder-mode';
import { ownerConfig } from './private/owner-config';
import { takesVolumeOptions } from '../engine/private/volume-options';
import { LateContainer, Volume } from '../private/bindings';
import { isInTree, warn } from '../private/cdktf-hooks';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { lateValue } from '../private/late';
import { childPath, nameFromPath, NETWORK_NAME } from '../private/names';
import { matching } from '../private/text';
import { warnUnread } from '../private/warn-unread';
import type { IDaemon } from '../topology/daemon';
import { needDaemon } from '../topology/private/need-daemon';

/** Properties of a data volume. */
export interface DataVolumeProps {
  /** Daemon that keeps the volume. */
  readonly daemon: IDaemon;

  /**
   * Name of the Docker volume.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly volumeName?: string;

  /**
   * Owner of the volume's own folder, such as `FileOwner.of(999)`; files and folders in it stay as they are. With `FileOwner.fromImage()` Bulkhead changes
   * nothing.
   *
   * Errors: `VolumeOwner`, `UserNumber`.
   *
   * @default - the user, other than root, of the containers that may write to it; if all of these are root, as with `FileOwner.fromImage()`
   */
  readonly owner?: FileOwner;

  /**
   * Mode of the volume's own folder, in octal digits such as `0750`. Error: `FolderMode` for set-user-id, set-group-id and sticky bits, and for a mode
   * that lets every user write.
   *
   * @default - unchanged: 0755 for a new volume, or the mode of the folder in the image
   */
  readonly mode?: string;

  /**
   * Image whose `sh`, `chown` and `chmod` set the owner and the mode; for images without a shell. The volume is then empty at first: the engine copies
   * nothing from the image of a container that mounts it.
   *
   * @default - the image of the first container that mounts the volume; the engine copies what the image has at that path into a new volume
   */
  readonly ownerImage?: ContainerImage;
}

/** What a workload does with a volume. */
export interface VolumeUse {
  readonly construct: IConstruct;
  readonly user: ContainerUser;
  readonly image: ContainerImage;
  readonly target: string;
  readonly readOnly: boolean;
}

/**
 * A named Docker volume. Its data is deleted when Terraform destroys it.
 *
 * The engine creates a new volume for root, or with the owner of the image's folder at the path of the mount. To let the containers write, a separate
 * container, `NAME-owner`, sets the owner before they start, and ends. It has no network, can write only to the volume, and runs as root with the
 * capabilities CHOWN, DAC_OVERRIDE and FOWNER. It runs `sh`, `chown` and `chmod` of an image: of the first container that mounts the volume, or of
 * `ownerImage`. The apply fails if that container fails.
 *
 * @see https://docs.docker.com/engine/storage/volumes/
 */
export class DataVolume extends Construct {
  /** Name of the Docker volume. */
  public readonly volumeName: string;

  /**
   * @internal
   */
  public readonly _reference: string;
  /**
   * @internal
   */
  public readonly _daemon: IDaemon;

  private readonly owner?: FileOwner;
  private readonly mode?: string;
  private readonly ownerImage?: ContainerImage;
  private readonly uses: VolumeUse[] = [];
  private services: IConstruct[] = [];
  private setting?: LateContainer;

  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    const path = childPath(scope, id);
    checkProps(path, 'DataVolumeProps', props);
    needDaemon(path, props.daemon);
    const name = props.volumeName ?? nameFromPath(path);
    matching(path, 'volumeName', name, NETWORK_NAME, 'VolumeName', '2 to 58 letters, digits, _, . or -, starting with a letter or digit');
    const { owner, mode, ownerImage } = props;
    if (owner !== undefined && !(owner instanceof FileOwner)) {
      throw new ValidationError('UserNumber', path, "'owner' must be made by FileOwner, such as FileOwner.of(10001)");
    }
    if (ownerImage !== undefined) checkImage(path, ownerImage, 'ownerImage');
    if (owner !== undefined && owner.text === undefined && (mode !== undefined || ownerImage !== undefined)) {
      throw new ValidationError(
        'VolumeOwner',
        path,
        `'owner' is FileOwner.fromImage(), so nothing sets '${mode === undefined ? 'ownerImage' : 'mode'}'; remove it, or write 'owner: FileOwner.of(10001)' with the number of the user`,
      );
    }
    const digits = mode === undefined ? undefined : folderMode(path, mode);
    props.daemon._declarations.checkDeclaration(path, [`container ${name}-owner`]);
    super(scope, id);
    warnUnread(this, 'DataVolumeProps', props);
    this.volumeName = name;
    this.owner = owner;
    this.mode = digits;
    this.ownerImage = ownerImage;
    this._daemon = props.daemon;
    this._reference = new Volume(this, 'Resource', { provider: props.daemon._providerFor(this), name }).name;
    if (owner?.text !== undefined && ownerImage !== undefined) this.setOwner(ownerImage, '/volume');
    this.node.addValidation({ validate: () => this.unset() });
  }

  /**
   * Records which workload mounts the volume. Throws, before the workload enters the tree, if the owner of the volume is unclear.
   *
   * @internal
   */
  public _checkUse(path: string, user: ContainerUser, readOnly: boolean): void {
    if (this.owner !== undefined || readOnly || user.uid === 0) return;
    const other = this.writers().find((use) => use.user.uid !== user.uid);
    if (other === undefined) return;
    throw new ValidationError(
      'VolumeOwner',
      path,
      `the volume '${this.volumeName}' would be written by user ${user.uid} here and by user ${other.user.uid} in '${other.construct.node.path}', and it belongs to one; mount it with { readOnly: true } where a container only reads, or give the volume an 'owner', such as FileOwner.of(${other.user.uid}), and for a group that both have 'mode: '0770''`,
    );
  }

  /**
   * @internal
   */
  public _use(use: VolumeUse): void {
    this.uses.push(use);
    const isUnasked = this.owner === undefined ? use.readOnly || use.user.uid === 0 : this.owner.text === undefined;
    if (this.setting !== undefined || isUnasked) return;
    const [{ image, target }] = this.uses;
    if (this.ownerImage === undefined) this.setOwner(image, target);
    else this.setOwner(this.ownerImage, '/volume');
  }

  /**
   * @internal
   */
  public _useOfService(construct: IConstruct): void {
    this.services.push(construct);
  }

  /**
   * What has to come first in the stack of a construct; other stacks are in order already, since they refer to the volume.
   *
   * @internal
   */
  public _settledFor(construct: IConstruct): LateContainer[] {
    const { setting } = this;
    return setting !== undefined && TerraformStack.of(construct) === TerraformStack.of(this) ? [setting] : [];
  }

  /**
   * Whether its owner is set: a container that mounts it must not get the owner of its image's folder back, which the engine copies to an empty volume.
   * Before API 1.45 the provider refuses each option of a mount of a volume.
   *
   * @internal
   */
  public get _isUncopied(): boolean {
    return this.setting !== undefined && this.canForbidCopy;
  }

  private get canForbidCopy(): boolean {
    return takesVolumeOptions(this._daemon._declarations.store.engine.version);
  }

  private writers(): VolumeUse[] {
    return this.uses.filter(({ construct, readOnly, user }) => !readOnly && user.uid !== 0 && isInTree(construct));
  }

  private setOwner(image: ContainerImage, target: string): void {
    const { volumeName, mode, _daemon: daemon } = this;
    const scope = new Construct(this, 'Owner');
    const provider = daemon._providerFor(scope);
    daemon._declarations.reserve(scope.node.path, [`container ${volumeName}-owner`]);
    const config = ownerConfig({
      volumeName,
      source: this._reference,
      target,
      owner: lateValue(() => this.owner?.text ?? this.writers()[0]?.user.text ?? '0:0'),
      mode,
      image: imageReference(scope, provider, image),
      stamp: daemon._stampPath,
    });
    const reason = `it sets the owner of the volume '${volumeName}', without a network, and ends`;
    this.setting = oneShotContainer(scope, provider, config, reason);
    if (!this.canForbidCopy) {
      warn(
        this,
        `engines before 26.0 give an empty volume the owner of the folder that the image of a container has at the path of the mount; where the image has an empty folder there with another owner, the user cannot write to '${volumeName}': mount the volume at a path that the image lacks`,
      );
    }
  }

  /** What the program asks for and nothing does. */
  private unset(): string[] {
    const [service] = this.services.filter(isInTree);
    if (service !== undefined && (this.setting !== undefined || this.owner?.text !== undefined || this.mode !== undefined)) {
      return [
        `the service '${service.node.path}' mounts the volume, and Bulkhead sets the owner of a volume only for containers; make the folder with its owner in the image of the service, and write 'owner: FileOwner.fromImage()' (VolumeOwner)`,
      ];
    }
    if (this.setting !== undefined || (this.owner?.text === undefined && this.mode === undefined)) return [];
    const what = this.owner === undefined ? 'mode' : 'owner';
    const lacking =
      this.owner === undefined
        ? "an 'owner' is missing, since no container with a user other than root writes to it: write 'owner: FileOwner.of(0)' or another one"
        : "no HardenedContainer mounts the volume, whose image would set it: name an 'ownerImage' with a shell";
    return [`'${what}' has no effect: ${lacking} (VolumeOwner)`];
  }
}
