import { fail } from '../../private/errors';
import { matching } from '../../private/text';

/**
 * The mode of a folder that containers write, as four octal digits.
 *
 * Set-user-id and set-group-id bits are refused, and so is write access for all users: other writers can share a group.
 */
export function folderMode(place: string | undefined, mode: string): string {
  const digits = matching(place, 'mode', mode, /^[0-7]{3,4}$/, 'FolderMode', "three or four octal digits, such as '0750'").padStart(4, '0');
  if (!digits.startsWith('0')) {
    fail(
      'FolderMode',
      place,
      `'mode' '${mode}' has a set-user-id, set-group-id or sticky bit, which Bulkhead does not set; write '0${digits.slice(1)}'`,
    );
  }
  if (/[2367]$/.test(digits)) {
    fail(
      'FolderMode',
      place,
      `'mode' '${mode}' lets every user write; give the containers that write one group, such as ContainerUser.of(10001, 500) and FileOwner.of(10001, 500), and write '0770'`,
    );
  }
  return digits;
}
