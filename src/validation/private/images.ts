import { masked, UNKNOWN } from './json';
import { containerSpecs } from './service-blocks';
import type { ICheckedBlock, ICheckedResource } from '../checked-resource';

/** Resources that name an image to which others refer: findings about the name are reported there. */
const NAMING = ['docker_image', 'docker_registry_image'];

/** An image as its author wrote it. */
export interface WrittenImage {
  /** As written, expressions among it. */
  readonly raw: string;
  /** The same, with a mark in place of each expression. */
  readonly masked: string;
  /** Records that something depends on a value that only Terraform knows. */
  readonly giveUp: () => void;
}

/**
 * The image that a resource itself names, and whose findings are reported there: a container that refers to a `docker_image` names none. An image
 * that is built here counts where its name leaves the stack, when it is pushed.
 */
export function writtenImage(resource: ICheckedResource): WrittenImage | undefined {
  const place = placeOf(resource);
  const raw = place?.block.rawText(place.attribute);
  if (place === undefined || raw === undefined || isBuilt(resource)) return undefined;
  const target = resource.referencedBy(raw);
  const isPushed = resource.resourceType === 'docker_registry_image';
  if (target !== undefined && NAMING.includes(target.resourceType) && !(isPushed && isBuilt(target))) return undefined;
  const text = nameAt(target) ?? raw;
  return { raw: text, masked: masked(text), giveUp: () => place.block.text(place.attribute) };
}

/** The name of the image that a container runs, wherever it is written. */
export function imageName(container: ICheckedResource): string | undefined {
  return nameAt(container.referenced('image')) ?? container.rawText('image');
}

/** Whether it is an id, which leads to one image and to no registry. */
export function isImageId({ raw }: WrittenImage): boolean {
  return /^(sha256:)?[0-9a-f]{64}$/.test(raw);
}

/** The text after the last colon of the last part, unless it is a digest. */
export function tagOf(image: WrittenImage): string | undefined {
  const tail = image.masked.split('@')[0].split('/').pop()!;
  return tail.includes(':') ? tail.slice(tail.indexOf(':') + 1) : undefined;
}

/** Whether it has a digest: the text after an `@` can only be a digest. */
export function hasDigest(image: WrittenImage): boolean {
  return image.masked.includes('@');
}

/** Whether what Terraform fills in could be a text. */
export function couldBe(written: string, text: string): boolean {
  const parts = written.split(UNKNOWN).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(text);
}

function isBuilt(resource: ICheckedResource): boolean {
  return resource.resourceType === 'docker_image' && resource.has('build');
}

function placeOf(resource: ICheckedResource): { readonly block: ICheckedBlock; readonly attribute: string } | undefined {
  if (resource.resourceType === 'docker_container') return { block: resource, attribute: 'image' };
  if (resource.resourceType !== 'docker_service') return { block: resource, attribute: 'name' };
  const [spec] = containerSpecs(resource);
  return spec && { block: spec, attribute: 'image' };
}

/** Data sources and resources of images all have the name in one attribute; anything else names none. */
function nameAt(target: ICheckedResource | undefined): string | undefined {
  return target !== undefined && /^(data\.)?docker_(registry_)?image$/.test(target.resourceType) ? target.rawText('name') : undefined;
}
