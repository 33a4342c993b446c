import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Lazy, TerraformOutput, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { allocated, segment } from './private/requests';
import { AddressBook, AddressBookProps } from '../../src/addressing/address-book';
import { Allocation } from '../../src/addressing/private/allocation';

const LOCK = 'bulkhead.lock.json';

let directory: string;
const saved = { ...process.env };

beforeEach(() => {
  directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-book-')));
  delete process.env.CI;
  delete process.env.CDKTF_CONTEXT_JSON;
  delete process.env.CDKTF_OUTDIR;
});

afterEach(() => {
  process.env = { ...saved };
  fs.rmSync(directory, { recursive: true, force: true });
});

/** What a daemon does with its book: asks while rendering, reports and records from a validation of its stack. */
class FakeDaemon extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly segments: string[],
  ) {
    super(scope, id);
    this.node.addValidation({ validate: () => this.report() });
    const produce = () => Object.values(this.allocation().segments).map(({ ipv4 }) => ipv4.block).join(' '); // prettier-ignore
    new TerraformOutput(this, 'blocks', { value: Lazy.stringValue({ produce }) });
  }

  public allocation(): Allocation {
    const keys = this.segments.map((name) => segment(`${this.node.path}/${name}`));
    return allocated(keys, { daemon: this.node.path }, AddressBook.of(this)._locked(this.node.path));
  }

  private report(): string[] {
    const allocation = this.allocation();
    const book = AddressBook.of(this);
    book._record(this.node.path, allocation);
    return [book._frozenProblem(this.node.path, allocation.missing)].filter((problem) => problem !== undefined);
  }
}

interface ProgramOptions {
  readonly segments?: string[];
  readonly book?: AddressBookProps;
  readonly outdir?: string;
  readonly app?: ConstructorParameters<typeof App>[0];
  readonly laterError?: string;
}

function program(options: ProgramOptions = {}): App {
  const outdir = options.outdir ?? path.join(directory, 'cdktf.out');
  const app = new App({ outdir, stackTraces: false, ...options.app });
  if (options.book) new AddressBook(app, 'Book', options.book);
  new FakeDaemon(new TerraformStack(app, 'app'), 'Edge', options.segments ?? ['A', 'B']);
  const later = new TerraformStack(app, 'later');
  if (options.laterError) later.node.addValidation({ validate: () => [options.laterError!] });
  return app;
}

const withCdktfJson = (where = directory) => fs.writeFileSync(path.join(where, 'cdktf.json'), '{}');
const lockPath = () => path.join(directory, LOCK);
const readLock = () =>
  JSON.parse(fs.readFileSync(lockPath(), 'utf8')) as { daemons: Record<string, { segments: Record<string, { ipv4: string }> }> };
const files = () => fs.readdirSync(directory).sort();
const blocks = () => Object.fromEntries(Object.entries(readLock().daemons['app/Edge'].segments).map(([key, { ipv4 }]) => [key, ipv4]));

describe('where the lock file is', () => {
  test('beside the nearest cdktf.json at or above the output directory', () => {
    withCdktfJson();
    const deep = path.join(directory, 'build', 'out');
    fs.mkdirSync(deep, { recursive: true });
    const app = program({ outdir: deep });
    expect(AddressBook.of(app).lockFile).toBe(lockPath());
    app.synth();
    expect(files()).toEqual(['build', LOCK, 'cdktf.json']);
  });

  test('without a cdktf.json addresses stay in memory', () => {
    const app = program();
    app.synth();
    expect(AddressBook.of(app).lockFile).toBeUndefined();
    expect(files()).toEqual(['cdktf.out']);
  });

  test('the property wins, then the context', () => {
    withCdktfJson();
    const other = path.join(directory, 'other');
    fs.mkdirSync(other);
    const context = { cdktfJsonPath: path.join(other, 'cdktf.json') };
    program({ app: { context } }).synth();
    program({ app: { context }, book: { lockFile: path.join(directory, 'mine.json') } }).synth();
    expect(files()).toEqual(['cdktf.json', 'cdktf.out', 'mine.json', 'other']);
    expect(fs.readdirSync(other)).toEqual([LOCK]);
  });

  test('under the CLI without a cdktf.json, the working directory', () => {
    process.env.CDKTF_CONTEXT_JSON = '{}';
    expect(AddressBook.of(program()).lockFile).toBe(path.resolve(LOCK));
  });

  test.each([{}, { fakeCdktfJsonPath: true }])('Testing.app(%j) neither reads nor writes one', (config) => {
    withCdktfJson();
    fs.writeFileSync(lockPath(), 'not even JSON');
    process.env.CI = 'true';
    const app = Testing.app({ ...config, outdir: path.join(directory, 'cdktf.out') });
    const stack = new TerraformStack(app, 'app');
    new FakeDaemon(stack, 'Edge', ['A']);
    expect(AddressBook.of(stack).lockFile).toBeUndefined();
    expect(Testing.synth(stack, true)).toContain('10.20.0.0/24');
    Testing.fullSynth(stack);
    app.synth();
    expect(fs.readFileSync(lockPath(), 'utf8')).toBe('not even JSON');
  });

  test('Testing.synth writes nothing, whatever the app', () => {
    withCdktfJson();
    const stack = program().node.findChild('app') as TerraformStack;
    Testing.synth(stack, true);
    Testing.fullSynth(stack);
    expect(files()).toEqual(['cdktf.json', 'cdktf.out']);
  });
});

describe('what is written', () => {
  beforeEach(() => withCdktfJson());

  test('moves nothing when constructs come, go and come back', () => {
    program({ segments: ['B', 'C'] }).synth();
    expect(blocks()).toEqual({ 'app/Edge/B': '10.20.0.0/24', 'app/Edge/C': '10.20.1.0/24' });
    program({ segments: ['A', 'C'] }).synth();
    expect(blocks()).toEqual({ 'app/Edge/A': '10.20.2.0/24', 'app/Edge/B': '10.20.0.0/24', 'app/Edge/C': '10.20.1.0/24' });
    program({ segments: ['C', 'B', 'A'] }).synth();
    expect(JSON.stringify(fs.readFileSync(path.join(directory, 'cdktf.out/stacks/app/cdk.tf.json'), 'utf8'))).toContain(
      '10.20.2.0/24 10.20.0.0/24 10.20.1.0/24',
    );
  });

  test('keeps other daemons, and leaves no temporary file', () => {
    const other = { segments: {} };
    fs.writeFileSync(lockPath(), JSON.stringify({ version: 1, daemons: { 'z/Other': other } }));
    program().synth();
    expect(Object.keys(readLock().daemons)).toEqual(['app/Edge', 'z/Other']);
    expect(files()).toEqual([LOCK, 'cdktf.json', 'cdktf.out']);
  });

  test('is not touched when nothing is new, whatever its layout', () => {
    program().synth();
    const other = JSON.stringify(readLock());
    fs.writeFileSync(lockPath(), other);
    fs.utimesSync(lockPath(), 1, 1);
    program().synth();
    expect(fs.statSync(lockPath()).mtimeMs).toBe(1000);
    expect(fs.readFileSync(lockPath(), 'utf8')).toBe(other);
  });

  test('is read once, and a second synth of the same app writes the same', () => {
    const app = program();
    app.synth();
    const text = fs.readFileSync(lockPath(), 'utf8');
    app.synth();
    expect(fs.readFileSync(lockPath(), 'utf8')).toBe(text);
  });

  test('nothing, when a later stack fails', () => {
    program({ segments: ['A'] }).synth();
    const text = fs.readFileSync(lockPath(), 'utf8');
    expect(() => program({ segments: ['A', 'B'], laterError: 'no' }).synth()).toThrow('no');
    expect(fs.readFileSync(lockPath(), 'utf8')).toBe(text);
  });

  test('nothing, when a check of the app fails', () => {
    const app = program();
    AddressBook.of(app)._checkFirst(() => ['raw stack']);
    expect(() => app.synth()).toThrow('raw stack');
    expect(files()).toEqual(['cdktf.json', 'cdktf.out']);
  });

  test('nothing of an allocation with problems', () => {
    const app = new App({ outdir: path.join(directory, 'cdktf.out') });
    AddressBook.of(app)._record('app/Edge', allocated([segment('app/A', { bridgeName: 'eth0' })]));
    app.synth();
    expect(files()).toEqual(['cdktf.json', 'cdktf.out']);
  });

  test('the same, when the app skips validations', () => {
    const app = new App({ outdir: path.join(directory, 'cdktf.out'), skipValidation: true });
    AddressBook.of(app)._record('app/Edge', allocated([segment('app/A')]));
    expect(blocks()).toEqual({ 'app/A': '10.20.0.0/24' });
  });

  test('a file that cannot be written is an error of app.synth', () => {
    const lockFile = path.join(directory, 'no', 'such', 'directory.json');
    expect(() => program({ book: { lockFile } }).synth()).toThrow(
      /\[Book\] .*directory\.json cannot be written: ENOENT.* \(LockNotWritten\)/,
    );
    expect(fs.existsSync(path.join(directory, 'cdktf.out/manifest.json'))).toBe(false);
  });
});

describe('frozen', () => {
  beforeEach(() => withCdktfJson());

  test('CI=true needs a complete file, and says what is missing before anything is written', () => {
    process.env.CI = 'true';
    expect(() => program().synth()).toThrow(
      `[app/Edge] 'app/Edge/A', 'app/Edge/B' have no current entry in ${lockPath()}, which does not exist; run 'cdktf synth' outside CI and commit the file (LockOutdated)`,
    );
    expect(fs.existsSync(path.join(directory, 'cdktf.out/stacks/app'))).toBe(false);
    expect(files()).toEqual(['cdktf.json', 'cdktf.out']);
  });

  test('a complete file passes and stays as it is, also when constructs are gone', () => {
    program({ segments: ['A', 'B'] }).synth();
    const text = fs.readFileSync(lockPath(), 'utf8');
    process.env.CI = 'true';
    program({ segments: ['B'] }).synth();
    expect(fs.readFileSync(lockPath(), 'utf8')).toBe(text);
    expect(() => program({ segments: ['B', 'C'] }).synth()).toThrow(`'app/Edge/C' has no current entry in ${lockPath()}, which is frozen;`);
  });

  test('the property wins over the environment', () => {
    expect(() => program({ book: { frozen: true } }).synth()).toThrow('LockOutdated');
    process.env.CI = 'true';
    program({ book: { frozen: false } }).synth();
    expect(files()).toContain(LOCK);
  });

  test('a long list is cut', () => {
    const segments = Array.from({ length: 9 }, (_, i) => `S${i}`);
    expect(() => program({ segments, book: { frozen: true } }).synth()).toThrow("'app/Edge/S4' and 4 more have no current entry");
  });

  test('nothing is written, even where no validation runs', () => {
    process.env.CI = 'true';
    const app = new App({ outdir: path.join(directory, 'cdktf.out'), skipValidation: true });
    AddressBook.of(app)._record('app/Edge', allocated([segment('app/A')]));
    expect(files()).toEqual(['cdktf.json', 'cdktf.out']);
  });

  test('without a file nothing is frozen', () => {
    process.env.CI = 'true';
    fs.rmSync(path.join(directory, 'cdktf.json'));
    expect(() => program().synth()).not.toThrow();
  });
});

test.each(['{', '{"version":2}', '<<<<<<< HEAD'])('a file with %j stops the synth and stays as it is', (text) => {
  withCdktfJson();
  fs.writeFileSync(lockPath(), text);
  const app = program();
  expect(() => app.synth()).toThrow(/\[app\/Edge\] .*bulkhead\.lock\.json cannot be read: .* \(LockMalformed\)/);
  expect(fs.readFileSync(lockPath(), 'utf8')).toBe(text);
});

test('a malformed file stops the synth of an app without daemons too', () => {
  withCdktfJson();
  fs.writeFileSync(lockPath(), '{');
  const app = new App({ outdir: path.join(directory, 'cdktf.out') });
  new AddressBook(app, 'Book');
  expect(() => app.synth()).toThrow(/\[Book\] .* \(LockMalformed\)/);
});

describe('one book per app', () => {
  test('is found from anywhere, and a second is refused before it enters the tree', () => {
    const app = program();
    const book = AddressBook.of(app);
    expect(AddressBook.of(app.node.findChild('app').node.findChild('Edge'))).toBe(book);
    expect(() => new AddressBook(app, 'Second')).toThrow(
      "[Second] the app already has the address book 'BulkheadAddressBook'; create your address book before the first daemon, and create only one (AddressBookExists)",
    );
    expect(app.node.tryFindChild('Second')).toBeUndefined();
    expect(AddressBook.of(Testing.app())).not.toBe(book);
  });

  test('one that is made in a stack counts for the app', () => {
    const app = Testing.app();
    const stack = new TerraformStack(app, 'app');
    const book = new AddressBook(stack, 'Book');
    expect(AddressBook.of(app)).toBe(book);
    expect(() => new AddressBook(app, 'Other')).toThrow("the app already has the address book 'app/Book'");
  });

  test.each(['${var.file}', Lazy.stringValue({ produce: () => 'x' })])('a path known to Terraform only is refused: %s', (lockFile) => {
    expect(() => new AddressBook(Testing.app(), 'Book', { lockFile })).toThrow('UnresolvedValue');
  });
});
