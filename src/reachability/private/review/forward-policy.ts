import { chainOf, dockerBridges, type Review } from './reviewed';

/** Before 28 nothing of Docker's drops what is routed straight to a container's address: the policy of FORWARD alone does. */
export const forwardPolicy: Review = ({ can, rules }) => {
  const isOpen = chainOf(rules, 'filter', 'FORWARD')?.base?.policy === 'accept';
  if (can('closesUnpublished') || !isOpen || dockerBridges(rules).size === 0) return [];
  return [
    {
      code: 'ForwardPolicyAccept',
      family: rules.family,
      rule: 'the policy of filter FORWARD',
      sentence:
        'It is ACCEPT, and before 28.0 that lets a machine on the networks of the host, if it adds a route, reach every port of every container, published or not; Docker sets DROP only where it turns forwarding on itself.',
    },
  ];
};
