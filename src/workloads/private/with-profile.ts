import { DEFAULT_TMPFS } from './tmpfs';
import { contradiction, publicImage } from '../../hardening/private/images/public-images';
import { ValidationError } from '../../private/errors';
import type { Capability } from '../capability';
import { ContainerImage } from '../container-image';
import type { HardenedContainerProps } from '../hardened-container-props';
import { ImageProfile } from '../image-profile';

/** The properties of a container with what its profile adds; what the program says wins. */
export function withProfile(path: string, props: HardenedContainerProps): HardenedContainerProps {
  const { profile } = props;
  if (profile === undefined) return props;
  if (!(profile instanceof ImageProfile)) {
    throw new ValidationError('ImageProfileValue', path, "'profile' must be made by ImageProfile, such as ImageProfile.nginx()");
  }
  refuseOther(path, profile, props.image);
  const { _props: given } = profile;
  const mounted = (props.volumes ?? []).map(({ target }) => target);
  const unmounted = <T>(byPath: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(byPath).filter(([target]) => !mounted.includes(target)));
  return {
    ...props,
    user: props.user ?? given.user,
    // They belong to the user of the profile: another one has its own.
    capabilities: props.capabilities ?? (props.user === undefined ? given.capabilities : undefined),
    defaultPort: props.defaultPort ?? profile.ports[0],
    tmpfsMebibytes: { ...unmounted(given.tmpfsMebibytes ?? DEFAULT_TMPFS), ...props.tmpfsMebibytes },
    executableTmpfsReasons: { ...unmounted(given.executableTmpfsReasons ?? {}), ...props.executableTmpfsReasons },
    init: props.init ?? given.init,
    environment: { ...given.environment, ...props.environment },
    writableRootReason: props.writableRootReason ?? given.writableRootReason,
    healthCheck: props.healthCheck ?? given.healthCheck,
    stopTimeoutSeconds: props.stopTimeoutSeconds ?? given.stopTimeoutSeconds,
    limits: { ...props.limits, memoryMebibytes: props.limits?.memoryMebibytes ?? given.memoryMebibytes },
  };
}

/**
 * Of the capabilities that the program of the image is marked with, those that the container does not have anyway. The user of the container does not
 * hold them.
 */
export function markedCapabilities({ profile, capabilities = [] }: HardenedContainerProps): Capability[] {
  return (profile?._props.fileCapabilities ?? []).filter((marked) => !capabilities.some((given) => given.isSameAs(marked)));
}

/** The warning for the author: data that is not in a volume. */
export function lostData({ profile, volumes = [], tmpfsMebibytes = {} }: HardenedContainerProps): string | undefined {
  const path = profile?._dataPath;
  if (path === undefined || volumes.some(({ target }) => target === path) || Object.hasOwn(tmpfsMebibytes, path)) return undefined;
  return `nothing is mounted at ${path}, where '${profile!.imageName}' keeps its data: it is lost with the container; mount a volume, VolumeMount.volume(data, profile.dataPath), or name the path in 'tmpfsMebibytes' if that is meant`;
}

/** The note for the author of a container whose image has a profile. */
export function unusedProfile({ profile, image, restartPolicy }: HardenedContainerProps): string | undefined {
  // A task runs another program of the image, such as a client of its database.
  const isTask = restartPolicy?.text === 'no';
  const name = profile === undefined && image.pulled && !isTask ? publicImage(image.text) : undefined;
  if (name === undefined) return undefined;
  return `'${image.text}' has a profile, which sets the user, the paths, the port and the health check that it needs: profile: ImageProfile.${name}(…)`;
}

function refuseOther(path: string, { imageName, _facts }: ImageProfile, image: unknown): void {
  if (_facts === undefined || !(image instanceof ContainerImage) || !image.pulled) return;
  const why = contradiction(_facts, image.text);
  if (why !== undefined) {
    throw new ValidationError(
      'ImageProfileMismatch',
      path,
      `'profile' is that of '${imageName}'${_facts.variant === undefined ? '' : ` (${_facts.variant})`}, and 'image' is '${image.text}': ${why}; use the profile of that image, or ImageProfile.of() for an image of your own`,
    );
  }
}
