import type { ICheckedBlock } from '../checked-resource';

/** Texts of a list, and whether the list is complete: only Terraform may know others. */
export function literalsOf(block: ICheckedBlock, attribute: string): { readonly texts: string[]; readonly isWhole: boolean } {
  const texts = block.texts(attribute);
  return { texts, isWhole: block.rawText(attribute) === undefined && block.rawTexts(attribute).length === texts.length };
}

/** Whether an attribute is set to a value that only Terraform knows: then it cannot be reported as missing. */
export function isUnknown(block: ICheckedBlock, attribute: string): boolean {
  return block.has(attribute) && block.text(attribute) === undefined;
}
