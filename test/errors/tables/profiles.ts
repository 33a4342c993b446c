import { Capability, ContainerImage, ContainerUser, ImageBase, ImageProfile } from '../../../src';
import { type Entry, program, told, value } from '../entry';

const tagReason = 'an example, digests follow';
const user = ContainerUser.of(10001);
const DEBIAN = ImageProfile.redis({ builtOn: ImageBase.DEBIAN });

/** A container with an image and a profile that is for another one. */
function mismatch(reference: string, profile: ImageProfile, says: string[], right: ImageProfile, follow: string): Entry {
  return program('ImageProfileMismatch', told('app/Web', [`'${reference}'`, ...says], follow), (p, isMended) => {
    const image = ContainerImage.fromRegistry(reference, { tagReason });
    p.container('Web', p.segment('Front'), { image, profile: isMended ? right : profile });
    return (s) => s.container('app-web').user === right.user.text;
  });
}

/** Profiles of images. */
export const PROFILES: readonly Entry[] = [
  value(
    'ImageProfileValue',
    told(undefined, ["'major'", 'from 14 to 18', 'got 13'], 'from 14 to 18'),
    (isMended) => ImageProfile.postgres({ major: isMended ? 14 : 13, builtOn: ImageBase.DEBIAN }).dataPath,
  ),
  value(
    'ImageProfileValue',
    told(undefined, ["'builtOn'", '"ubuntu"'], "must be one of 'debian', 'alpine'"),
    (isMended) => ImageProfile.redis({ builtOn: (isMended ? 'alpine' : 'ubuntu') as ImageBase }).user.gid === 1000,
  ),
  value(
    'ImageProfileValue',
    told(undefined, ['CAP_NET_RAW', 'outside the container'], 'remove it here'),
    (isMended) =>
      ImageProfile.of({
        imageName: 'ping',
        user,
        fileCapabilities: isMended ? [] : [Capability.of('NET_RAW', { reason: 'it pings its neighbours' })],
      }).user.uid === 10001,
  ),
  program(
    'ImageProfileValue',
    told('app/Web', ["'profile'", 'must be made by ImageProfile'], 'such as ImageProfile.nginx()'),
    (p, isMended) => {
      p.container('Web', p.segment('Front'), { profile: isMended ? ImageProfile.nginx() : ({ imageName: 'nginx' } as never) });
      return (s) => s.container('app-web').user === '101:101';
    },
  ),
  mismatch(
    'redis:7.4-alpine',
    DEBIAN,
    ["holds 'alpine'", 'Debian'],
    ImageProfile.redis({ builtOn: ImageBase.ALPINE }),
    'use the profile of that image',
  ),
  mismatch(
    'valkey/valkey:8.0',
    DEBIAN,
    ["its name is 'valkey'"],
    ImageProfile.valkey({ builtOn: ImageBase.DEBIAN }),
    'use the profile of that image',
  ),
  mismatch('redis:6.2-mine', ImageProfile.redis({ builtOn: ImageBase.ALPINE }), ["lacks 'alpine'"], ImageProfile.of({ imageName: 'redis', user }), 'ImageProfile.of() for an image of your own'), // prettier-ignore
  value('ImageWithoutData', told(undefined, ["'nginx'"], "write the path that its settings name"), (isMended) => (isMended ? '/srv/data' : ImageProfile.nginx().dataPath)), // prettier-ignore
];
