import {
  commentsOf,
  commentTexts,
  libraryTexts,
  pageTexts,
  type ReadText,
  scriptTexts,
  textsOfProgram,
  textsOfSource,
} from '../support/texts';

/** Phrases that a reader must solve first: a name for messages, the phrase, and a sentence that has it. */
const RIDDLES: readonly (readonly [name: string, phrase: RegExp, sentence: string])[] = [
  ['nobody: write "not declared", "no client"', /(?<!`)\bnobody\b/i, 'open, and declared by nobody'],
  ['whoever, whom: write "a client that"', /\bwho(m|ever|mever)\b/i, 'Whoever reaches the socket is root'],
  ['anybody, somebody, everybody: name the actor', /\b(any|some|every)(body|one)\b/i, 'what somebody runs by hand'],
  ['who as a riddle: write "an attacker who"', /(^|[.:;] )who (?!may\b)\w+/i, 'a mount is power: who writes there changes the host'],
  [
    'of ours, of others: write "(not) managed by Bulkhead"',
    /\bours\b|\bof (theirs|others)\b|\bothers made\b|\bmade by others\b/i,
    'a bridge of ours',
  ],
  ['our own: write "Bulkhead\'s"', /\bour own\b/i, 'only our own chains are declared'],
  ['of yours: write "your"', /\bof yours\b/i, 'a rule of yours'],
  ['goes round: write "bypasses"', /\b(goes|go|going|went|gets|get|got) (a)?round\b/i, 'it goes round rules'],
  ['is no X: write "is not an X"', /(?<!\bthere )\b(is|are|was|were) no\b(?! (longer|more|less|fewer)\b)/i, "'x' is no address"],
  ['stands open: write "is open"', /\b(stands?|stood) open\b/i, 'publications then stand open'],
  ['breaks in: write "an attacker who gets in"', /\b(breaks?|broken|broke) (in|into|out)\b/i, 'whatever breaks into it'],
  ['rests on: write "assumptions", "needs"', /\brest(s|ed|ing)? on\b/i, 'what the proof rests on'],
  ['way out: write what to do, or "access to the outside"', /\bways? out\b/i, 'a network with a way out'],
  ['lies: write "is"', /\b(lies|lie|lay) (in|on|at|under|inside|outside|within|beside|below|there|readable)\b/i, 'it lies in the pool'],
  ['speaks: write "connects to", "uses"', /\b(speaks?|spoken) (with|to|of|plain|TLS|it|on)\b/i, 'Terraform speaks with it'],
  ['wire: write "LAN segment", "LAN"', /(?<!-)\bwires?\b/i, 'on a wire of the host'],
  ['hangs on: write "is attached to"', /\bhangs? (on|below|at)\b/i, 'the interface that it hangs on'],
  ['for want of, but for: write "because", "except"', /\b(for (want|lack) of|but for|all the same)\b/i, 'closed, but for the nodes'],
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
  ['lets by: write "accepts"', /\blet(s|ting)? (\w+ )?by\b/i, 'the guard lets by what was declared'],
  ['has a say: write "decides", "applies"', /\b(has|have|had) (a|no) say\b/i, 'no rule of the host has a say there'],
  ['mend: write "fix", "repair"', /\bmend(s|ed|ing)?\b(?!\()/i, 'a release that mends one mistake'],
  ['tells apart: write "distinguishes"', /\b(tell|tells|told|telling) (\w+ )?apart\b/i, 'sources that no rule tells apart'],
  ['takes no notice: write "ignores"', /\btakes? no notice\b/i, 'the kernel takes no notice of it'],
  ['he, him: name the actor', /\b(he|him|his|himself)\b/i, 'he would keep what he opened'],
  ['gives the host away: write "gives access to"', /\bg(ives?|ave|iving) the host away\b/i, 'devices that give the host away'],
  ['last word: write "final decision"', /\blast word\b/i, 'the clock has the last word'],
  ['hears of: write "is notified of"', /\bhears? of\b/i, 'before connection tracking hears of it'],
  ['nothing but: write "only"', /\b(nothing|none|nowhere) but\b/i, 'a text that is nothing but one reference'],
  ['without a word: write "silently"', /\bwithout a word\b/i, 'the last one wins without a word'],
  ['to be had: write "available"', /\bto be had\b/i, 'where the table is not to be had'],
  ['for ever: write "permanently"', /\bfor ever\b/i, 'the request fails for ever'],
  ['own affair: write "does not matter"', /\b(own affair|our business)\b/i, 'what the host sends to itself is its own affair'],
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
  ['comments', commentTexts],
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

  test('in a comment for authors, too, even over two lines', () => {
    const source = 'f(); // it goes\n/* whoever */\nfunction x() {\n  // one of\n  // ours\n  return 1; // by hand\n}\n';
    expect(riddlesIn(commentsOf('src/x/y.ts', source))).toEqual([
      expect.stringMatching(/^src\/x\/y\.ts:2: 'whoever'/),
      expect.stringMatching(/^src\/x\/y\.ts:4: 'ours'/),
    ]);
    expect(riddlesIn(commentsOf('src/host/x.sh', '#!/bin/sh\n\n# It goes\n# round rules.\ntrue\n'))).toHaveLength(1);
  });

  test('but a text of the library is no comment', () => {
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
