import type { ICheckedBlock } from '../checked-resource';

/** Texts of a list, and whether they are all of it: Terraform alone may know others. */
export function literalsOf(block: ICheckedBlock, attribute: string): { readonly texts: string[]; readonly isWhole: boolean } {
  const texts = block.texts(attribute);
  return { texts, isWhole: block.rawText(attribute) === undefined && block.rawTexts(attribute).length === texts.length };
}

/** Whether an attribute is set to what Terraform alone knows: then nobody can say that it is missing. */
export function isUnknown(block: ICheckedBlock, attribute: string): boolean {
  return block.has(attribute) && block.text(attribute) === undefined;
}
