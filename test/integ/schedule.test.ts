import { ENGINE_MINUTES } from './budget';
import { JOBS, scheduleOfAll } from './landing';
import { CORE, SCENARIOS } from './scenarios';
import { type Candidate, nextOf, type Pair, type Schedule, scheduleOf, secondsOf, secondsTogether, UNKNOWN_SECONDS } from './schedule';

const MINUTE = 60;
const label = ({ name, engine }: Pair) => `${name} ${engine}`;
const pair = (name: string, engine: string, seconds: number, inGuest = false): Pair => ({ name, engine, seconds, inGuest });

function scenario(name: string, seconds: number, engines: number, isCore = false, inGuest = false): Candidate {
  return { name, isCore, pairs: Array.from({ length: engines }, (_, i) => pair(name, `e${i}`, seconds, inGuest)) };
}

const scenarios = (count: number, seconds: number, engines = 4) =>
  Array.from({ length: count }, (_, i) => scenario(`s${i}`, seconds, engines));

const everyPair = (candidates: readonly Candidate[]) => candidates.flatMap(({ pairs }) => pairs.map(label)).sort();
const covered = ({ landings }: Schedule) => [...new Set(landings.flatMap((pairs) => pairs.map(label)))].sort();
const longest = ({ landings }: Schedule) => Math.max(...landings.map((pairs) => secondsTogether(pairs, 2)));

/** In the guest three nodes, and all kinds of LAN segments, take longer than a landing has. */
const FOR_THE_CAMPAIGN = ['swarm-ingress', 'attacks-2-lan'];

describe('what is there now', () => {
  const all = Object.keys(SCENARIOS);
  const schedules = [true, false].map((hasGuest) => scheduleOfAll(hasGuest));

  test.each(schedules)('every landing ends in time, and for each scenario there is time beside the core', (schedule) => {
    for (const pairs of schedule.landings) expect(secondsTogether(pairs, JOBS)).toBeLessThanOrEqual(ENGINE_MINUTES * MINUTE);
    expect(schedule.isCoreInEvery).toBe(true);
    expect([...new Set(schedule.tooLong.map(({ name }) => name))]).toEqual(FOR_THE_CAMPAIGN);
  });

  test.each(schedules)('in as many landings as there are slices every pair ran, none twice in one landing', (schedule) => {
    expect(schedule.landings).toHaveLength(schedule.slices);
    const ran = new Set(schedule.landings.flatMap((pairs) => pairs.map(({ name }) => name)));
    expect([...ran, ...FOR_THE_CAMPAIGN].sort()).toEqual([...all].sort());
    for (const pairs of schedule.landings) expect(new Set(pairs.map(label)).size).toBe(pairs.length);
  });

  test.each(schedules)('the core is in every landing, on every engine of its own', (schedule) => {
    for (const name of CORE) {
      const engines = new Set(schedule.landings.flatMap((pairs) => pairs.filter((each) => each.name === name).map(({ engine }) => engine)));
      expect(engines.size).toBeGreaterThanOrEqual(4);
      for (const pairs of schedule.landings) expect(pairs.filter((each) => each.name === name)).toHaveLength(engines.size);
    }
  });
});

describe('what fits', () => {
  test('everything in each landing, where there is time for it', () => {
    const given = [scenario('core', 60, 4, true), ...scenarios(3, 60)];
    const schedule = scheduleOf(given, 20 * MINUTE, 2);
    expect(schedule).toMatchObject({ slices: 1, isEachInEvery: true });
    expect(schedule.landings[0].map(label).sort()).toEqual(everyPair(given));
  });

  test('each scenario on some engine in every landing, the others in turns', () => {
    const given = [scenario('core', 60, 4, true), ...scenarios(10, 60)];
    const schedule = scheduleOf(given, 11 * MINUTE, 2);
    expect(schedule).toMatchObject({ slices: 3, isEachInEvery: true });
    expect(covered(schedule)).toEqual(everyPair(given));
    for (const pairs of schedule.landings) expect(new Set(pairs.map(({ name }) => name)).size).toBe(11);
  });

  test('a scenario on one engine alone runs in every landing, too', () => {
    const schedule = scheduleOf([...scenarios(10, 60), scenario('single', 60, 1)], 9 * MINUTE, 2);
    expect(schedule.slices).toBeGreaterThan(1);
    for (const pairs of schedule.landings) expect(pairs.map(label)).toContain('single e0');
  });

  test.each([40, 80, 200])('%i scenarios take more landings, and none of them more time', (count) => {
    const given = [scenario('core', 60, 5, true), ...scenarios(count, UNKNOWN_SECONDS)];
    const schedule = scheduleOf(given, 19 * MINUTE, 2);
    expect(longest(schedule)).toBeLessThanOrEqual(19 * MINUTE);
    expect(covered(schedule)).toEqual(everyPair(given));
    expect(schedule.isEachInEvery).toBe(false);
  });

  test('scenarios of one length each, of guests and of the rest', () => {
    const given = [scenario('core', 120, 4, true), ...scenarios(9, 100), ...scenarios(4, 50, 1), scenario('guest', 300, 4, false, true)];
    const named = given.map((each, i) => ({
      ...each,
      name: `${each.name}-${i}`,
      pairs: each.pairs.map((p) => ({ ...p, name: `${p.name}-${i}` })),
    }));
    const schedule = scheduleOf(named, 19 * MINUTE, 2);
    expect(longest(schedule)).toBeLessThanOrEqual(19 * MINUTE);
    expect(covered(schedule)).toEqual(everyPair(named));
  });

  test('what is too long beside the core is told apart, and keeps nothing else from its turn', () => {
    const given = [scenario('core', 60, 4, true), ...scenarios(3, 60), scenario('week', 7 * 24 * 60 * MINUTE, 2)];
    const schedule = scheduleOf(given, 20 * MINUTE, 2);
    expect(schedule.tooLong.map(label)).toEqual(['week e0', 'week e1']);
    expect(schedule.slices).toBe(1);
    expect(covered(schedule)).toEqual(everyPair(given.slice(0, -1)));
  });

  test('a core that is too long takes turns, and keeps nothing else from its own', () => {
    const given = [scenario('core', 9 * MINUTE, 4, true), ...scenarios(2, 60)];
    const schedule = scheduleOf(given, 20 * MINUTE, 2);
    expect(schedule).toMatchObject({ isCoreInEvery: false, isEachInEvery: true, slices: 2 });
    expect(covered(schedule)).toEqual(everyPair(given));
    expect(longest(schedule)).toBeLessThanOrEqual(20 * MINUTE);
  });

  test('the same input gives the same landings', () => {
    const given = [scenario('core', 60, 4, true), ...scenarios(30, 70)];
    expect(scheduleOf(given, 15 * MINUTE, 2)).toEqual(scheduleOf(given, 15 * MINUTE, 2));
  });

  test('the count of slices is 1 or a prime', () => {
    const counts = [10, 20, 30, 40, 60].map((count) => scheduleOf(scenarios(count, 90), 8 * MINUTE, 2).slices);
    for (const count of counts) expect([1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43]).toContain(count);
  });
});

describe('time', () => {
  test.each([
    { pairs: [], jobs: 2, seconds: 0 },
    { pairs: [pair('a', 'e', 10)], jobs: 2, seconds: 10 },
    { pairs: [pair('a', 'e', 10), pair('b', 'e', 4), pair('c', 'e', 5)], jobs: 2, seconds: 10 },
    { pairs: [pair('a', 'e', 10), pair('b', 'e', 4), pair('c', 'e', 5)], jobs: 1, seconds: 19 },
    { pairs: [pair('a', 'e', 10, true), pair('b', 'e', 4, true)], jobs: 2, seconds: 14 },
    { pairs: [pair('a', 'e', 10, true), pair('b', 'e', 4, true), pair('c', 'e', 6)], jobs: 2, seconds: 14 },
  ])('of $pairs.length pairs, $jobs at a time: $seconds s', ({ pairs, jobs, seconds }) => {
    expect(secondsTogether(pairs, jobs)).toBe(seconds);
  });

  test.each([
    { engine: 'a', seconds: 10 },
    { engine: 'b', seconds: 20 },
    { engine: 'c', seconds: 20 },
  ])('measured, else the longest on another engine: $engine', ({ engine, seconds }) => {
    expect(secondsOf({ x: { a: 10, b: 20 } }, 'x', engine)).toBe(seconds);
  });

  test('never measured', () => expect(secondsOf({}, 'x', 'a')).toBe(UNKNOWN_SECONDS));

  test('a guest waits for the other one, and lets the rest go first', () => {
    const queue = [pair('g', 'e', 1, true), pair('o', 'e', 1)];
    expect(nextOf(queue, true)?.name).toBe('o');
    expect(nextOf(queue, true)).toBeUndefined();
    expect(nextOf(queue, false)?.name).toBe('g');
  });
});
