import type { Scene } from './scene';
import type { ProbeSpec } from '../../../reachability/private/walk/outcome';
import type { Family } from '../../../topology/private/terms';
import type { ShownPacket } from '../../../validation/private/firewall-fault';

/** A port that no rule names and no container publishes. */
export const ANY_PORT = 6_789;

interface Direct {
  readonly packet: ProbeSpec;
  readonly text: string;
  readonly shown: ShownPacket;
}

/**
 * From outside straight to a port of a container that is not published.
 * @param sender by default one that no rule names
 */
export function toUnpublished(scene: Scene, family: Family, sender?: string): Direct[] {
  return scene.host.networks
    .filter(({ isInternal }) => !isInternal)
    .flatMap(({ bridge }) => scene.members(bridge, family))
    .filter(({ key, bridge }) => key !== `a container on ${bridge}` || !scene.can('closesContainers'))
    .flatMap(({ key, address: to }) =>
      scene.host.outsides.slice(0, 4).flatMap((name): Direct[] => {
        const source = sender ?? scene.stranger(family, name);
        if (source === undefined) return [];
        const packet: ProbeSpec = {
          family,
          from: { kind: 'outside', interface: name, address: source },
          to,
          protocol: 'tcp',
          port: ANY_PORT,
        };
        const whom = key === to ? key : `${key} (at ${to}, say)`;
        return [
          {
            packet,
            text: `a packet from ${source}${scene.over(name)} to tcp/${ANY_PORT} of ${whom}`,
            shown: { from: source, to, protocol: 'tcp', port: ANY_PORT },
          },
        ];
      }),
    );
}
