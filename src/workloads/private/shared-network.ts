import { ValidationError } from '../../private/errors';
import type { HardenedContainerProps } from '../hardened-container-props';
import type { IWorkload } from '../workload';

/** What the engine refuses of a container in the network of another one, or takes and does not heed. */
const OF_THE_OTHER = ['ipv4Address', 'ipv6Address', 'aliases', 'hostname', 'dns', 'hostEntries'] as const;

/** Whether a container can be in the network of another one as its properties say. */
export function checkSharer(path: string, props: HardenedContainerProps, other: IWorkload): void {
  const { store } = other._peerDeclarations!;
  const at = other.node.path;
  const fail = (text: string): never => {
    throw new ValidationError('SharedNetworkRefused', path, text);
  };
  const { sharesWith, mode } = store.segmentlessFact(at) ?? {};
  if (sharesWith !== undefined) fail(`'${at}' itself shares the network of '${sharesWith}'; name that container`);
  if (mode !== undefined) {
    fail(`'${at}' is in no segment (${mode}); use ContainerNetwork.${mode}({ reason }) here as well, or place '${at}' in a segment`);
  }
  const { isTheirs = false, holdsSocket = false } = store.workloadFact(at);
  if (isTheirs || store.swarm.isWhole) {
    fail(
      `'${at}' is not a container of this program, so Terraform could not follow its replacement; name a HardenedContainer in a segment`,
    );
  }
  if (holdsSocket) {
    fail(`'${at}' belongs to a SocketProxy, which tells its clients apart by their addresses; place this container in a segment`);
  }
  const given = OF_THE_OTHER.find((key) => props[key] !== undefined);
  if (given !== undefined) {
    fail(`'${given}' is set, but addresses, names and resolvers are those of '${at}'; set it there`);
  }
  const sysctl = (props.sysctls ?? []).find(({ sysctl: key }) => key.startsWith('net.'));
  if (sysctl !== undefined) {
    fail(`'sysctls' sets ${sysctl.sysctl}, which would change the network of '${at}'; set it there`);
  }
}
