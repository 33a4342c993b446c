import { allowedShut } from './kinds/allowed-shut';
import { answersDropped } from './kinds/answers-dropped';
import { internalReaches } from './kinds/internal';
import { acceptSkipsDocker, acrossBridges, forwardPolicyAccept } from './kinds/isolation';
import { logs } from './kinds/logs';
import { neverMeets } from './kinds/never-meets';
import { notUnderstood } from './kinds/not-understood';
import { otherFamilyOpen, otherProtocolOpen } from './kinds/other-opening';
import { rates } from './kinds/rates';
import { restrictingAccept } from './kinds/restricting-accept';
import { loopbackPublication, sourceHidden } from './kinds/translation';
import { type ReviewedRules, Scene } from './scene';
import type { Family } from '../../../topology/private/terms';
import type { Fault } from '../../../validation/private/firewall-fault';

type Kind = (scene: Scene, family: Family) => Fault[];

const KINDS: readonly Kind[] = [
  neverMeets,
  restrictingAccept,
  allowedShut,
  otherProtocolOpen,
  otherFamilyOpen,
  answersDropped,
  acceptSkipsDocker,
  acrossBridges,
  forwardPolicyAccept,
  loopbackPublication,
  internalReaches,
  sourceHidden,
  rates,
  logs,
  notUnderstood,
];

/** All faults of a host, in the order of the kinds. */
export function review(rules: ReviewedRules): Fault[] {
  const scene = new Scene(rules);
  const found = KINDS.flatMap((kind, done) => {
    rules.step?.(done, KINDS.length);
    return scene.families.flatMap((family) => kind(scene, family));
  });
  return found.map((fault) => {
    const isAboutText = fault.kind === 'NotUnderstood' || fault.kind === 'TextIncomplete' || fault.kind === 'TwoBackends';
    const unread = scene.notUnderstood[fault.family];
    return isAboutText || unread.length === 0 ? fault : { ...fault, unless: [...fault.unless, 'what was not read decides otherwise'] };
  });
}
