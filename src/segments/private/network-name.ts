import { nameFromPath, NETWORK_NAME } from '../../private/names';
import { matching } from '../../private/text';

/** The name of a Docker network, chosen or made from the path of its construct. */
export function networkNameOf(path: string, networkName: string | undefined): string {
  return matching(
    path,
    'networkName',
    networkName ?? nameFromPath(path),
    NETWORK_NAME,
    'NetworkName',
    '2 to 58 letters, digits, _, . or -, starting with a letter or digit',
  );
}
