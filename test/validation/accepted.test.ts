import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type { IConstruct } from 'constructs';
import { FindingState, Rule, RulePack, Rules, Severity, Suppressions, ValidationSettings, type Violation } from '../../src';
import { expectError } from '../support/errors';
import { RawStack } from '../support/raw-stack';

const onlyPrivileged = (options = {}) => new RulePack({ packName: 'Test', rules: Rules.byId('BH-C01'), ...options });
const PRIVILEGED_ERROR = /\[raw\/Web] 'privileged' is true; remove 'privileged'.* \(BH-C01\)/;

describe('suppressions', () => {
  const REASON = 'a build host, alone in its network';

  function suppressed(props: object, at: (raw: RawStack) => IConstruct = ({ stack }) => stack.node.findChild('Web')) {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web', { privileged: true });
    Suppressions.of(at(raw)).add({ ruleId: 'BH-C01', reason: REASON, ...props });
    return raw;
  }
  const states = (raw: RawStack) =>
    onlyPrivileged()
      .check(raw.stack)
      .map(({ ruleId, state, reason }) => [ruleId, state, reason]);

  test('at the construct, with the reason in the report', () => {
    const raw = suppressed({ ticket: 'OPS-1', expires: '2026-11-21' });
    expect(() => raw.app.synth()).not.toThrow();
    expect(onlyPrivileged().check(raw.stack)).toMatchObject([
      { state: FindingState.SUPPRESSED, reason: REASON, ticket: 'OPS-1', expires: '2026-11-21' },
    ]);
  });

  test.each([
    ['the very finding', { detail: 'privileged' }],
    ['its beginning', { detail: 'priv*' }],
  ])('of %s', (_, props) => {
    expect(states(suppressed(props))).toEqual([['BH-C01', 'suppressed', REASON]]);
  });

  test('of another finding has no effect, and says so', () => {
    expect(states(suppressed({ detail: 'other' }))).toEqual([
      ['BH-C01', 'open', undefined],
      ['BH-M01', 'open', undefined],
    ]);
  });

  test('from above only when inherited', () => {
    expect(states(suppressed({}, ({ stack }) => stack)).map(([rule]) => rule)).toEqual(['BH-C01', 'BH-M01']);
    expect(states(suppressed({ inherited: true }, ({ stack }) => stack))).toEqual([['BH-C01', 'suppressed', REASON]]);
    expect(states(suppressed({ inherited: true }, ({ app }) => app))).toEqual([['BH-C01', 'suppressed', REASON]]);
  });

  test('that expired counts no more, and is told', () => {
    const raw = suppressed({ expires: '2026-11-20' });
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
    expect(
      onlyPrivileged()
        .check(raw.stack)
        .map(({ message }) => message),
    ).toContainEqual(expect.stringContaining('expired after 2026-11-20: review the finding'));
  });

  test('of a rule that bears none has no effect', () => {
    class Never extends Rule {
      constructor() {
        super({
          ruleId: 'T-1',
          title: 't',
          severity: Severity.ERROR,
          why: 'w',
          fix: 'f',
          resourceTypes: ['docker_container'],
          suppressible: false,
        });
      }
      public check(): Violation[] {
        return [{ detail: 'x', message: 'm' }];
      }
    }
    const raw = new RawStack();
    Suppressions.of(raw.container('Web')).add({ ruleId: 'T-1', reason: REASON });
    expect(raw.findings(new Never()).map(({ ruleId, state }) => [ruleId, state])).toEqual([
      ['T-1', 'open'],
      ['BH-M01', 'open'],
    ]);
  });

  test.each([
    [{ reason: 'because' }, 'ReasonTooShort'],
    [{ ruleId: 'c01' }, 'RuleId'],
    [{ ruleId: 'BH-C26[nginx:1]' }, 'RuleId'],
    [{ expires: '2026-13-01' }, 'ExpiryDate'],
    [{ expires: '2026-02-30' }, 'ExpiryDate'],
    [{ expires: 'tomorrow' }, 'ExpiryDate'],
  ] as const)('%j throws %s', (props, code) => {
    expectError(() => suppressed(props), code);
  });
});

describe('a baseline', () => {
  const environment = { ...process.env };
  afterEach(() => {
    process.env = { ...environment };
  });

  function withBaseline(baselineFile: string) {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web', { privileged: true });
    ValidationSettings.of(raw.app).set({ baselineFile });
    return raw;
  }

  test('is written on demand, spares what was there, and nothing that came later', () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'bh-')), 'baseline.json');
    process.env.BULKHEAD_BASELINE = 'write';
    withBaseline(file).app.synth();
    delete process.env.BULKHEAD_BASELINE;
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({
      version: 1,
      findings: [{ rule: 'BH-C01', path: 'raw/Web', detail: 'privileged' }],
    });
    const raw = withBaseline(file);
    expect(() => raw.app.synth()).not.toThrow();
    expect(onlyPrivileged().check(raw.stack)).toMatchObject([{ state: FindingState.BASELINE }]);
    raw.container('New', { privileged: true });
    expect(() => raw.app.synth()).toThrow("[raw/New] 'privileged' is true");
  });

  test('that cannot be read fails the synth', () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'bh-')), 'baseline.json');
    for (const text of ['nonsense', '{"version":2,"findings":[]}', '{"version":1,"findings":[{"rule":1}]}']) {
      fs.writeFileSync(file, text);
      expect(() => withBaseline(file).app.synth()).toThrow('BaselineMalformed');
    }
  });
});
