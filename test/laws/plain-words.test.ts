import { libraryTexts, pageTexts, type ReadText, scriptTexts, textsOfProgram, textsOfSource } from '../support/texts';

/** Phrases that a reader must solve first: a name for messages, the phrase, and a sentence that has it. */
const RIDDLES: readonly (readonly [name: string, phrase: RegExp, sentence: string])[] = [
  ['nobody: write "not declared", "no client"', /(?<!`)\bnobody\b/i, 'open, and declared by nobody'],
  ['whoever, whom: write "a client that"', /\bwho(m|ever|mever)\b/i, 'Whoever reaches the socket is root'],
  ['anybody, somebody, everybody: name the actor', /\b(any|some|every)(body|one)\b/i, 'what somebody runs by hand'],
  ['who as a riddle: write "an attacker who"', /(^|[.:;] )who (?!may\b)\w+/i, 'a mount is power: who writes there changes the host'],
  [
    'of ours, of others: write "(not) managed by Bulkhead"',
    /\bof (ours|theirs|others)\b|\bothers made\b|\bmade by others\b/i,
    'a bridge of ours',
  ],
  ['of yours: write "your"', /\bof yours\b/i, 'a rule of yours'],
  ['goes round: write "bypasses"', /\b(goes|go|going|gets|get) (a)?round\b/i, 'it goes round rules'],
  ['is no X: write "is not an X"', /(?<!\bthere )\b(is|are|was|were) no\b(?! (longer|more|less|fewer)\b)/i, "'x' is no address"],
  ['stands open: write "is open"', /\b(stands?|stood) open\b/i, 'publications then stand open'],
  ['breaks in: write "an attacker who gets in"', /\b(breaks?|broken|broke) (in|into|out)\b/i, 'whatever breaks into it'],
  ['rests on: write "assumptions", "needs"', /\brest(s|ed)? on\b/i, 'what the proof rests on'],
  ['way out: write what to do, or "access to the outside"', /\bways? out\b/i, 'a network with a way out'],
  ['lies: write "is"', /\b(lies|lie) (in|on|at|under|inside|outside|within|beside|below|there|readable)\b/i, 'it lies in the pool'],
  ['speaks: write "connects to", "uses"', /\b(speaks?|spoken) (with|to|plain|TLS|it|on)\b/i, 'Terraform speaks with it'],
  ['wire: write "LAN segment", "LAN"', /\bwires?\b/i, 'on a wire of the host'],
  ['hangs on: write "is attached to"', /\bhangs? (on|below|at)\b/i, 'the interface that it hangs on'],
  ['for want of, but for: write "because", "except"', /\b(for want of|but for|all the same)\b/i, 'closed, but for the nodes'],
  ['take out: write "remove"', /\btakes? (it|them|this|one|the \w+|'[^']+') (out|off|away)\b/i, "take 'rate' out"],
  ['in the clear: write "unencrypted"', /\bin the clear\b/i, 'it passes in the clear'],
  ['in the place of: write "instead of"', /\bin the place of\b/i, 'another engine in the place of this one'],
  [
    'stands in: write "is in", "comes before"',
    /\b(stands?|stood) (in|on|at|under|behind|before|beside|between|there)\b/i,
    'the guard stands in chains of its own',
  ],
  ['anew: write "again"', /\banew\b/i, 'the host makes it anew'],
  [
    'IPv4 alone: write "only IPv4"',
    /\b(IPv[46]|hosts?|tag|API|engine|HAProxy|membership|flow|rule|letters|volume|frames|resource) alone\b(?! in\b)/i,
    'machines that have IPv6 alone',
  ],
  ['is told: write "prints", "configured"', /\b(is|are|be|been|being|were|unless it was) told\b/i, 'the cloud is told the addresses'],
  ['says UNKNOWN: write "reports UNKNOWN"', /\bsays? .?UNKNOWN\b/i, 'the proof says UNKNOWN of it'],
  ['goes on: write "continues"', /\b(go|goes|went) on\b(?! (a|an|the|one|its)\b)/i, 'the container goes on without it'],
];

function riddlesIn(texts: readonly ReadText[]): string[] {
  return texts.flatMap(({ place, text }) =>
    RIDDLES.flatMap(([name, phrase]) => {
      const found = phrase.exec(text);
      return found === null ? [] : [`${place}: '${found[0]}' (${name}) in: ${text.slice(Math.max(0, found.index - 60), found.index + 60)}`];
    }),
  );
}

test.each([
  ['library', libraryTexts],
  ['scripts', scriptTexts],
  ['pages', pageTexts],
])('texts of the %s say it in plain words', (_, texts) => expect(riddlesIn(texts())).toEqual([]));

describe('a phrase that is put back shows', () => {
  test.each(RIDDLES)('%s', (name, _, sentence) => {
    const source = (text: string) => riddlesIn(textsOfSource('src/x/y.ts', text)).filter((hit) => hit.includes(name));
    const literal = JSON.stringify(sentence);
    expect(source(`throw new Error(${literal});`)).toHaveLength(1);
    expect(source(`const text = \`\${x} and ${sentence} or \${y}\`;`)).toHaveLength(1);
    expect(source(`export class X {\n  /**\n   * ${sentence.replace(' ', '\n   * ')}.\n   */\n  public readonly x = 1;\n}`)).toHaveLength(
      1,
    );
    expect(riddlesIn(textsOfProgram('src/host/x.sh', `#!/bin/sh\ndie "${sentence}"\n`))).not.toEqual([]);
  });

  test('but not in comments that only authors read', () => {
    expect(riddlesIn(textsOfSource('src/x/y.ts', '/** Nobody reads this. */\nfunction x() {}\n// whoever\n'))).toEqual([]);
    expect(riddlesIn(textsOfProgram('src/host/x.sh', '#!/bin/sh\n\n# Nobody gets this.\ntrue\n'))).toEqual([]);
  });
});

test('errors, rules, reports, public comments and programs are all among the texts', () => {
  const all = libraryTexts();
  const known: [file: string, text: string][] = [
    ['src/private/error-codes.ts', 'A port is not a whole number from 1 to 65535.'],
    ['src/connections/private/check-flow.ts', 'a flow needs a workload, group or segment at one end'],
    ['src/validation/rules/containers/privileged-container.ts', 'A privileged container has every capability'],
    ['src/reports/private/report-md.ts', '## Everything that is open'],
    ['src/connections/peer.ts', 'Every IPv4 address outside'],
    ['src/host/install.sh', 'Bulkhead: installs the guard'],
  ];
  for (const [file, text] of known) {
    expect(all).toContainEqual({ place: expect.stringMatching(`^${file}:`), text: expect.stringContaining(text) });
  }
});
