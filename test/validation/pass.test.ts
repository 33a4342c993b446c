import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Container } from '@cdktf/provider-docker/lib/container';
import { App, Aspects, type IAspect, Lazy, TerraformStack, TerraformVariable, Testing } from 'cdktf';
import type { IConstruct } from 'constructs';
import { Rule, RulePack, Rules, SecureDefaults, Severity, ValidationSettings, type Violation } from '../../src';
import { expectError } from '../support/errors';
import { RawStack, short } from '../support/raw-stack';

const PRIVILEGED = Rules.byId('BH-C01');
const onlyPrivileged = (options = {}) => new RulePack({ packName: 'Test', rules: PRIVILEGED, ...options });
const PRIVILEGED_ERROR = /\[raw\/Web] 'privileged' is true; remove 'privileged'.* \(BH-C01\)/;

function annotations(construct: IConstruct): string[] {
  return construct.node.metadata.map(({ data }) => String(data));
}

describe('nothing slips past', () => {
  test('a property', () => {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web', { privileged: true });
    expect(() => Testing.synth(raw.stack, true)).toThrow(PRIVILEGED_ERROR);
    expect(() => Testing.fullSynth(raw.stack)).toThrow(PRIVILEGED_ERROR);
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
  });

  test('a container in order', () => {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web');
    expect(() => raw.app.synth()).not.toThrow();
  });

  test('an override of the resource', () => {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web').addOverride('privileged', true);
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
  });

  test('an override of the stack, also one that makes a resource', () => {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web');
    raw.stack.addOverride('resource.docker_container.Web.privileged', true);
    raw.stack.addOverride('resource.docker_container.ghost', { name: 'ghost', image: 'nginx', privileged: true });
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
    expect(() => raw.app.synth()).toThrow("[raw/docker_container.ghost] 'privileged' is true");
  });

  test('a lazy value', () => {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web', { privileged: Lazy.anyValue({ produce: () => true }) });
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
  });

  test('text that Terraform makes a boolean of', () => {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web').addOverride('privileged', 'true');
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
  });

  test('what another aspect changes or makes, whichever of them was added first', () => {
    class Changes implements IAspect {
      public visit(node: IConstruct): void {
        if (node instanceof Container && node.node.id === 'Web') node.privileged = true;
        if (TerraformStack.isStack(node)) new Container(node, 'Late', { name: 'late', image: 'nginx', privileged: true });
      }
    }
    for (const first of [true, false]) {
      const raw = new RawStack();
      if (first) raw.add(onlyPrivileged());
      Aspects.of(raw.stack).add(new Changes());
      if (!first) raw.add(onlyPrivileged());
      raw.container('Web');
      expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
      const again = new RawStack().add(onlyPrivileged());
      Aspects.of(again.stack).add(new Changes());
      expect(() => Testing.fullSynth(again.stack)).toThrow("[raw/Late] 'privileged' is true");
    }
  });

  test('a value that Terraform alone knows is a warning that names it', () => {
    const raw = new RawStack().add(onlyPrivileged());
    const variable = new TerraformVariable(raw.stack, 'Mode', { type: 'bool' });
    const web = raw.container('Web', { privileged: variable.booleanValue as unknown as boolean });
    raw.app.synth();
    expect(annotations(web)).toContainEqual(expect.stringMatching(/'privileged' is known only to Terraform.*BH-C01.*\(BH-X03\)/));
  });

  test('dynamic blocks count as unknown, and their content is read', () => {
    const raw = new RawStack();
    const web = raw.container('Web');
    web.addOverride('dynamic', { ports: { for_each: '${var.ports}', content: { internal: 80, ip: '0.0.0.0' } } });
    class Looks extends Rule {
      public seen: (string | undefined)[] = [];
      constructor() {
        super({ ruleId: 'T-1', title: 't', severity: Severity.ERROR, why: 'w', fix: 'f', resourceTypes: ['docker_container'] });
      }
      public check(resource: any): Violation[] {
        this.seen = resource.blocks('ports').map((block: any) => block.text('ip'));
        return [];
      }
    }
    const rule = new Looks();
    expect(short(raw.findings(rule))).toEqual(['BH-X03 raw/Web T-1 ports']);
    expect(rule.seen).toEqual(['0.0.0.0']);
  });
});

describe('several stacks', () => {
  test('one that nobody checks beside one that is checked fails the app, before the lock file is written', () => {
    const checked = new RawStack('checked').add(onlyPrivileged());
    checked.container('Web');
    const other = new RawStack('other', checked.app);
    other.container('Web');
    new TerraformStack(checked.app, 'empty');
    expect(() => checked.app.synth()).toThrow(/\[other] no rule pack checks this stack.*\(BH-M02\)/);
    expect(() => checked.app.synth()).not.toThrow('[empty]');
  });

  test('each is checked by its own packs', () => {
    const one = new RawStack('one').add(onlyPrivileged());
    const two = new RawStack('two', one.app).add(onlyPrivileged());
    two.container('Web', { privileged: true });
    expect(() => one.app.synth()).toThrow("[two/Web] 'privileged' is true");
  });

  test('a pack on the app, which cdktf never asks, is told', () => {
    const raw = new RawStack().add(onlyPrivileged());
    Aspects.of(raw.app).add(onlyPrivileged());
    expect(() => raw.app.synth()).toThrow('AspectOnApp');
  });

  test('an app that skips validations checks nothing, as documented', () => {
    const app = new App({ skipValidation: true, outdir: fs.mkdtempSync(path.join(os.tmpdir(), 'bh-')) });
    const raw = new RawStack('raw', app).add(onlyPrivileged());
    raw.container('Web', { privileged: true });
    expect(() => app.synth()).not.toThrow();
    expect(short(onlyPrivileged().check(raw.stack))).toEqual(['BH-C01 raw/Web privileged']);
  });
});

describe('packs', () => {
  test('asked directly they answer without a synth, below the construct alone', () => {
    const raw = new RawStack();
    raw.container('Web', { privileged: true });
    const db = raw.container('Db', { privileged: true });
    expect(short(onlyPrivileged().check(raw.app))).toEqual(['BH-C01 raw/Db privileged', 'BH-C01 raw/Web privileged']);
    expect(short(onlyPrivileged().check(db))).toEqual(['BH-C01 raw/Db privileged']);
    expect(() => raw.app.synth()).not.toThrow();
  });

  test('on a construct they check what lies below it', () => {
    const raw = new RawStack();
    const web = raw.container('Web', { privileged: true });
    raw.container('Db', { privileged: true });
    raw.add(onlyPrivileged(), web);
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
    expect(() => raw.app.synth()).not.toThrow('raw/Db');
  });

  test('two of them tell a finding once, with the heavier severity', () => {
    const raw = new RawStack().add(onlyPrivileged({ severities: { 'BH-C01': Severity.WARNING } }));
    const web = raw.container('Web', { privileged: true });
    raw.app.synth();
    raw.app.synth();
    expect(annotations(web).filter((text) => text.includes('BH-C01'))).toHaveLength(1);
    raw.add(onlyPrivileged());
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
  });

  test('rules are left out with a reason, and added', () => {
    const raw = new RawStack().add(onlyPrivileged({ without: { 'BH-C01': 'checked by somebody else' } }));
    raw.container('Web', { privileged: true });
    expect(() => raw.app.synth()).not.toThrow();
    expect(new RulePack({ packName: 'T', rules: [], additionalRules: PRIVILEGED }).check(raw.stack)).toHaveLength(1);
  });

  test.each([
    [{ without: { 'BH-C01': 'because' } }, 'ReasonTooShort'],
    [{ without: { 'BH-C99': 'a very good reason' } }, 'RuleId'],
    [{ severities: { 'BH-C99': Severity.INFO } }, 'RuleId'],
    [{ additionalRules: PRIVILEGED }, 'RuleId'],
  ] as const)('%j throws %s', (options, code) => {
    expectError(() => onlyPrivileged(options), code);
  });

  test('stacks with constructs of ours are checked without being told, unless a reason is given', () => {
    const { Program } = jest.requireActual<typeof import('../support/programs')>('../support/programs');
    const bad = (program: InstanceType<typeof Program>) => {
      program.segment('Front');
      new Container(program.stack, 'Raw', { name: 'raw', image: 'nginx@sha256:0', privileged: true });
    };
    const program = new Program();
    bad(program);
    expect(() => Testing.synth(program.stack, true)).toThrow(/app\/Raw] 'privileged' is true/);
    const spared = new Program();
    bad(spared);
    ValidationSettings.of(spared.stack).set({ withoutSecureDefaultsReason: 'moved over step by step' });
    expect(() => Testing.synth(spared.stack, true)).not.toThrow();
    const lighter = new Program();
    bad(lighter);
    Aspects.of(lighter.stack).add(new SecureDefaults({ severities: { 'BH-C01': Severity.WARNING } }));
    expect(() => Testing.synth(lighter.stack, true)).not.toThrow(/BH-C01/);
  });
});

describe('a rule of a user', () => {
  class NoFtp extends Rule {
    constructor(private readonly broken = false) {
      super({
        ruleId: 'ACME-01',
        title: 'FTP',
        severity: Severity.ERROR,
        why: 'plain text',
        fix: 'use SFTP',
        resourceTypes: ['docker_container'],
      });
    }
    public check(resource: any): Violation[] {
      if (this.broken) throw new Error('out of luck');
      return resource.blocks('ports').some((port: any) => port.num('external') === 21)
        ? [{ detail: 'tcp/21', message: 'FTP is published' }]
        : [];
    }
  }

  test('counts like ours', () => {
    const raw = new RawStack();
    raw.container('Web', { ports: [{ internal: 21, external: 21 }] });
    expect(short(raw.findings(new NoFtp()))).toEqual(['ACME-01 raw/Web tcp/21']);
  });

  test('that throws is a finding, and the others still count', () => {
    const raw = new RawStack().add(new RulePack({ packName: 'Acme', rules: [new NoFtp(true), ...PRIVILEGED] }));
    raw.container('Web', { privileged: true });
    expect(() => raw.app.synth()).toThrow(PRIVILEGED_ERROR);
    expect(() => raw.app.synth()).toThrow(/ACME-01 \(FTP\) failed.*out of luck.*\(BH-M03\)/);
  });

  test.each(['c01', 'ACME', 'ACME_01', ''])('has an id in form, not %j', (ruleId) => {
    expectError(
      () =>
        new (class extends Rule {
          constructor() {
            super({ ruleId, title: 't', severity: Severity.INFO, why: 'w', fix: 'f', resourceTypes: [] });
          }
          public check(): Violation[] {
            return [];
          }
        })(),
      'RuleId',
    );
  });
});

describe('what is written', () => {
  function outdir(pack: boolean): string {
    const app = new App({ outdir: fs.mkdtempSync(path.join(os.tmpdir(), 'bh-')) });
    const raw = new RawStack('raw', app);
    raw.container('Web', { ports: [{ internal: 80 }] });
    if (pack) raw.add(onlyPrivileged());
    app.synth();
    return path.join(app.outdir, 'stacks', 'raw');
  }

  test('is what was checked, byte for byte what comes without packs', () => {
    const text = (folder: string) => fs.readFileSync(path.join(folder, 'cdk.tf.json'), 'utf8');
    expect(text(outdir(true))).toBe(text(outdir(false)));
  });

  test('a stack is rendered anew after a synth', () => {
    const raw = new RawStack().add(onlyPrivileged());
    raw.container('Web');
    raw.app.synth();
    raw.container('Db');
    expect(JSON.parse(Testing.synth(raw.stack)).resource.docker_container).toHaveProperty('Db');
  });
});
