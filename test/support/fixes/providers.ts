import { RegistryImage } from '@cdktf/provider-docker/lib/registry-image';
import { addClean, type FixPair, IMAGE, type More, program } from './pair';

const PLAIN = { host: 'tcp://192.0.2.10:2376' };

/** The only provider of a stack, with something wrong and without. */
function provider(ruleId: string, follows: readonly string[], bad: object, change: object, more: More = {}): FixPair {
  return program(ruleId, follows, ({ stack }, isFixed) => stack.addOverride('provider.docker.0', { ...bad, ...(isFixed && change) }), more);
}

const TLS_MATERIAL = { ca_material: 'a CA', cert_material: 'a certificate', key_material: '${var.key}' };
const KEY_OF_HOST = ["in 'ssh_opts', set 'StrictHostKeyChecking=yes'", "'UserKnownHostsFile=' to a file with the key of the host"];
const CHECKED = { ssh_opts: ['-o', 'StrictHostKeyChecking=yes', '-o', 'UserKnownHostsFile=./known_hosts'] };

const BY_HTTPS = ["remove 'http://' from 'address', so that the provider uses HTTPS", 'give the registry a certificate'];
const LOGIN = { username: 'shop', password: '${var.password}' };

/** How Terraform reaches an engine, and what goes round its resources. */
export const PROVIDERS: readonly FixPair[] = [
  provider('BH-V01', ["connect with 'ssh://'"], PLAIN, { host: 'ssh://admin@192.0.2.10' }),
  provider('BH-V01', ["set 'cert_path'"], PLAIN, { cert_path: './certificates' }),
  provider('BH-V01', ["all three of 'ca_material', 'cert_material' and 'key_material'"], PLAIN, TLS_MATERIAL),
  ...['StrictHostKeyChecking=no', 'StrictHostKeyChecking=accept-new', 'UserKnownHostsFile=/dev/null'].map((option) =>
    provider('BH-V02', KEY_OF_HOST, { host: 'ssh://admin@192.0.2.10', ssh_opts: ['-o', option] }, CHECKED),
  ),
  program('BH-V03', ["declare the containers as 'docker_container'"], (raw, isFixed) => {
    if (isFixed) addClean(raw, 'Web');
    else raw.stack.addOverride('resource.docker_compose.web', { files: ['./compose.yaml'] });
  }),
  ...[{ privileged: true }, { user: 'root' }].map((config) =>
    program('BH-V03', ["remove 'privileged' and root from 'docker_exec'"], ({ stack }, isFixed) =>
      stack.addOverride('action.docker_exec.migrate', { config: { command: ['/migrate'], ...(!isFixed && config) } }),
    ),
  ),
  provider(
    'BH-V04',
    BY_HTTPS,
    { registry_auth: [{ address: 'http://registry.example.com:5000', ...LOGIN }] },
    { registry_auth: [{ address: 'registry.example.com:5000', ...LOGIN }] },
  ),
  program('BH-V04', BY_HTTPS, ({ stack }, isFixed) => {
    const address = isFixed ? 'registry.example.com' : 'http://registry.example.com';
    new RegistryImage(stack, 'Web', { name: IMAGE, authConfig: { address, ...LOGIN } });
  }),
  provider(
    'BH-V05',
    ['remove it', "let the provider read it: 'config_file' of 'registry_auth'"],
    { registry_auth: [{ address: 'registry.example.com', username: 'shop', password: 'correct-horse' }] },
    { registry_auth: [{ address: 'registry.example.com', config_file: './login.json' }] },
  ),
  provider(
    'BH-V05',
    ['remove it', "'cert_path'"],
    { ca_material: 'a CA', cert_material: 'a certificate', key_material: 'its key' },
    { ca_material: undefined, cert_material: undefined, key_material: undefined, cert_path: './certificates' },
  ),
  program('BH-V05', ['remove it', 'a sensitive Terraform variable'], ({ stack }, isFixed) => {
    const password = isFixed ? '${var.password}' : 'correct-horse';
    new RegistryImage(stack, 'Web', { name: IMAGE, authConfig: { ...LOGIN, address: 'registry.example.com', password } });
  }),
];
