/**
 * Makes the Python package, installs it into an empty environment, and runs the Python of the documents there: the program of the guide, constructs of ours,
 * and a rule written in Python. Usage: `tsx scripts/python-check.ts`; builds with jsii first unless `--no-build` is given.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { check, checkedStack, inEmptyFolder, ROOT, run } from './user-project';

const DOCUMENTS = ['docs/VALIDATION.md'];
const BEGIN = `import sys
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_docker.container import Container, ContainerPorts
from cdktf_docker_bulkhead import Cidr, ContainerImage, EngineVersion, HardenedContainer, HardenedDaemon, Port, ThreeTierNetwork
app = App()
stack = TerraformStack(app, "app")
image = ContainerImage.from_id("sha256:" + "0" * 64)
daemon = HardenedDaemon(stack, "Host", engine=EngineVersion.of("28"), host_address="192.0.2.10", address_pool=Cidr.parse("10.20.0.0/16"))
tiers = ThreeTierNetwork(stack, "Shop", daemon=daemon)
web = HardenedContainer(stack, "Web", segment=tiers.dmz, image=image)
api = HardenedContainer(stack, "Api", segment=tiers.app, image=image, default_port=Port.tcp(8080))
web.connections.allow_to(api)
assert Port.tcp(8080).is_same_as(Port.tcp(8080)) and not Port.tcp(8080).is_same_as(Port.udp(8080))
`;
/** A container that the rule of the guide is there to find. */
const END = `if "ftp" in sys.argv:
    Container(stack, "Ftp", name="ftp", image="x", ports=[ContainerPorts(internal=21, external=21)])
app.synth()
`;

/** The blocks of Python in a document. */
function blocksOf(document: string): string[] {
  const blocks = [...fs.readFileSync(path.join(ROOT, document), 'utf8').matchAll(/^```python\n([\s\S]*?)^```$/gm)];
  check(`${document} has Python in it`, blocks.length > 0);
  return blocks.map(([, code]) => code);
}

const codeOf = (document: string) => blocksOf(document).join('\n');

function succeeds(folder: string, program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { cwd: folder, stdio: 'ignore' }).status === 0;
}

inEmptyFolder((folder) => {
  if (!succeeds(folder, 'python3', ['-m', 'venv', 'env'])) {
    return console.log("SKIPPED the library from Python: python3 with its module 'venv' is missing (on Debian: apt install python3-venv)");
  }
  if (!succeeds(folder, 'env/bin/pip', ['download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', 'reached', 'jsii'])) {
    return console.log('SKIPPED the library from Python: pip reaches no index that has the package jsii');
  }
  run(ROOT, 'npx', ['jsii-pacmak', '--target', 'python', '--code-only', '--outdir', folder]);
  run(folder, 'env/bin/pip', ['install', '--quiet', '--disable-pip-version-check', './python']);
  console.log('installed the Python package');

  fs.writeFileSync(path.join(folder, 'main.py'), [BEGIN, ...DOCUMENTS.map(codeOf), END].join('\n'));
  const synth = (...args: string[]) =>
    spawnSync('env/bin/python', ['main.py', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1' },
    });

  fs.writeFileSync(path.join(folder, 'guide.py'), blocksOf('docs/guides/python.md')[0]);
  run(folder, 'env/bin/python', ['guide.py']);
  // The gateway of the DMZ is a network, too.
  checkedStack(folder, 'shop', 2, 4);

  const good = synth();
  check(`the Python of ${DOCUMENTS.join(' and ')} synthesizes`, good.status === 0);
  if (good.status !== 0) console.log(good.stderr);
  const stackFolder = checkedStack(folder, 'app', 2, 3);
  const { findings, rules } = JSON.parse(fs.readFileSync(path.join(stackFolder, 'bulkhead/validation.json'), 'utf8'));
  const own = (rules as { ruleId: string; compliant: number }[]).find(({ ruleId }) => ruleId === 'ACME-01');
  check('its own rule is asked of both, and finds nothing', own?.compliant === 2 && !JSON.stringify(findings).includes('ACME-01'));

  const bad = synth('ftp');
  check(
    'what the rule is there to find fails the synth',
    bad.status !== 0 && bad.stderr.includes('port 21 is published; publish SFTP (ACME-01)'),
  );
});
