// Combinations of all properties of a container from a seed, and the constructs that they stand for.
import type { Combination, Made } from './draw';
import { Draw } from './draw';
import { drawEgress, drawProfile, drawPublications } from './flows';
import { drawMemory, drawMounts, drawNames, drawNetwork } from './places';
import { drawEnvironment, drawProgram, drawUser } from './process';
import { drawDevices, drawLabels, drawLimits, drawLogs, drawSysctls, drawTerminal } from './settings';
import { HardenedContainer, type HardenedContainerProps, ReplicaGroup } from '../../../src';
import { Random } from '../../integ/harness/generate';

export type { Combination, Facts, Made, MountFact } from './draw';
export { GIVEN } from './places';
export { TOLD } from './process';

/** Some forty values are drawn: with three in a hundred bad, most combinations have one; two thirds have none or are valid all the same. */
const BADNESS = [0, 0, 0.01, 0.03];

export function combinationOf(seed: string, number: number): Combination {
  const draw = new Draw(seed, number, new Random(`${seed} badness`).pick(BADNESS));
  drawNetwork(draw);
  const { facts, random } = draw;
  if (facts.network === 'segment' && random.chance(0.08)) facts.replicas = draw.value([1, 2], [[0, 'ReplicaValue'], [101, 'ReplicaValue'], [1.5, 'ReplicaValue']]); // prettier-ignore
  drawUser(draw);
  drawProgram(draw);
  drawEnvironment(draw);
  drawLimits(draw);
  drawSysctls(draw);
  drawLogs(draw);
  drawDevices(draw);
  drawTerminal(draw);
  drawLabels(draw);
  drawNames(draw);
  drawMemory(draw);
  const isProfiled = random.chance(0.12);
  if (isProfiled) drawProfile(draw);
  if (draw.props.has('limits.sharedMemoryMebibytes') && facts.sharedMemory > facts.memory) draw.refuse('SharedMemory');
  drawMounts(draw);
  drawPublications(draw);
  drawEgress(draw);
  drawOdd(draw);
  return draw.done();
}

/** What plain JavaScript or another language could pass. */
function drawOdd(draw: Draw): void {
  const code = draw.value([undefined], [['restart', 'UnknownProperty'], ['env', 'UnknownProperty'], ['privileged', 'HostAccessRefused'], ['pidMode', 'HostAccessRefused'], ['image', 'NotAnImage']] as const); // prettier-ignore
  if (code !== undefined) draw.props.set(code, () => 'yes');
}

/** The constructs of a combination, in the order of their numbers. */
export function make(made: Made, { id, props, after, facts, wrong }: Combination): HardenedContainer[] {
  const given: Record<string, any> = { image: made.image };
  for (const [property, thunk] of props) {
    const [outer, inner] = property.split('.');
    if (inner === undefined) given[outer] = thunk(made);
    else given[outer] = { ...given[outer], [inner]: thunk(made) };
  }
  const isGroup = facts.replicas !== 0 || wrong.some(({ code }) => code === 'ReplicaValue');
  if (isGroup) return [...new ReplicaGroup(made.stack, id, { ...(given as HardenedContainerProps), replicas: facts.replicas }).replicas];
  const container = new HardenedContainer(made.stack, id, given as HardenedContainerProps);
  after.forEach((each) => each(made, container));
  return [container];
}
