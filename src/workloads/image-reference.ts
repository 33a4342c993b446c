import type { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import type { ContainerImage } from './container-image';
import { Image } from '../private/bindings';
import { Suppressions } from '../validation/suppressions';

/** The image as the resource of a container names it; makes the resource that pulls it, where it is pulled. */
export function imageReference(scope: Construct, provider: TerraformProvider | undefined, image: ContainerImage): string {
  if (!image.pulled) return image.text;
  const pulled = new Image(scope, 'Image', { provider, name: image.text, keepLocally: true });
  image._acceptAt(Suppressions.of(pulled));
  return pulled.imageId;
}
