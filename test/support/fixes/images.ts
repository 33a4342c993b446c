import { Image } from '@cdktf/provider-docker/lib/image';
import { everyRule } from './follow';
import { accept, container, DROP_ALL, type FixPair, IMAGE, program, service, task } from './pair';

const DIGEST = `sha256:${'b'.repeat(64)}`;
const VERSION = "name a version and its digest, such as 'nginx:1.29@sha256:…'";
const LOOKED_AT = "append the digest of the reviewed image to the name, as text: 'nginx:1.29@sha256:…'";
const PINNED = `nginx:1.29@${DIGEST}`;
const ELSEWHERE = `registry.elsewhere.test/shop/web:1.4@${DIGEST}`;
const BUILT = { name: 'registry.example.com/shop/web:1.4' };

const named = (name: string) => `${name}:1.4@${DIGEST}`;
const LACKS = 'set the property that the finding names';
/** A public image, with what it lacks, and what changes of it. */
const lacks = (image: string, bad: object, change: object, more: Pick<FixPair, 'beside' | 'thereafter'> = {}) =>
  container('BH-I06', [LACKS], { image: named(image), ...bad }, change, more);

/** Where images come from. */
export const IMAGES: readonly FixPair[] = [
  ...['nginx:latest', 'nginx'].map((image) => container('BH-I01', [VERSION], { image }, { image: PINNED }, { beside: ['BH-I02'] })),
  service('BH-I01', [VERSION], { taskSpec: task({ image: 'nginx' }) }, { taskSpec: task({ image: PINNED }) }, { beside: ['BH-I02'] }),
  container('BH-I02', [LOOKED_AT], { image: 'nginx:1.29' }, { image: PINNED }),
  container(
    'BH-I02',
    [LOOKED_AT],
    { image: 'nginx:1.29@${data.docker_registry_image.web.sha256_digest}' },
    { image: PINNED },
    { beside: ['BH-X03'] },
    ({ stack }) => stack.addOverride('data.docker_registry_image.web', { name: 'nginx:1.29' }),
  ),
  lacks('linuxserver/sonarr', { init: true, readOnly: false }, { init: false }, { beside: ['BH-C15'] }),
  lacks('paperlessngx/paperless-ngx', { memory: 512, memorySwap: 512 }, { readOnly: false }, { thereafter: ['BH-C15'] }),
  lacks(
    'clickhouse/clickhouse-server',
    { readOnly: false, memory: 256, memorySwap: 256 },
    { memory: 1024, memorySwap: 1024 },
    { beside: ['BH-C15'] },
  ),
  lacks('mysql', { memory: 512, memorySwap: 512 }, { tmpfs: { '/run/mysqld': 'rw,noexec,nosuid,size=4m', '/var/lib/mysql': 'rw,noexec,nosuid,size=64m' } }), // prettier-ignore
  lacks('coredns/coredns', {}, { capabilities: { ...DROP_ALL, add: ['CAP_NET_BIND_SERVICE'] } }, { thereafter: ['BH-C33'] }),
  container('BH-I06', ['do what it says instead'], { image: named('containrrr/watchtower') }, { image: IMAGE }),
  container(
    'BH-I06',
    ['if your variant of the image does not need it, suppress this finding with that reason'],
    { image: named('coredns/coredns') },
    {},
    { accepts: true },
  ),
  container('BH-I03', ['use an image from a registry on the list'], { image: ELSEWHERE }, { image: IMAGE }),
  {
    ...container('BH-I03', ['add its registry to the list'], { image: ELSEWHERE }, {}),
    rules: (isFixed) => everyRule(['registry.example.com', ...(isFixed ? ['registry.elsewhere.test'] : [])]),
  },
  ...['resource', 'data'].map((section) =>
    program(
      'BH-I05',
      ["remove 'insecure_skip_verify'", 'give the registry a certificate that the machine that runs Terraform trusts'],
      ({ stack }, isFixed) =>
        stack.addOverride(`${section}.docker_registry_image.web`, { name: IMAGE, ...(!isFixed && { insecure_skip_verify: true }) }),
    ),
  ),
  program(
    'BH-I04',
    ["remove the argument, and pass the secret with 'secrets' of the build and a RUN --mount=type=secret"],
    ({ stack }, isFixed) => {
      const context = './web';
      const buildAttribute = isFixed
        ? { context, secrets: [{ id: 'npm', env: 'NPM_TOKEN' }] }
        : { context, buildArgs: { NPM_TOKEN: 'npm_0123456789' } };
      new Image(stack, 'Web', { ...BUILT, buildAttribute });
    },
  ),
  program(
    'BH-I04',
    ['if the argument is not a secret, suppress this finding for it'],
    ({ stack }, isFixed) => {
      const buildAttribute = { context: './web', buildArgs: { TOKEN_COUNT: '12' } };
      const image = new Image(stack, 'Web', { ...BUILT, buildAttribute });
      if (isFixed) accept(image, 'BH-I04', 'TOKEN_COUNT');
    },
    { accepts: true },
  ),
];
