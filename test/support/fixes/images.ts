import { Image } from '@cdktf/provider-docker/lib/image';
import { everyRule } from './follow';
import { accept, container, type FixPair, IMAGE, program, service, task } from './pair';

const DIGEST = `sha256:${'b'.repeat(64)}`;
const VERSION = "name a version and its digest, such as 'nginx:1.29@sha256:…'";
const LOOKED_AT = "append the digest of the reviewed image to the name, as text: 'nginx:1.29@sha256:…'";
const PINNED = `nginx:1.29@${DIGEST}`;
const ELSEWHERE = `registry.elsewhere.test/shop/web:1.4@${DIGEST}`;
const BUILT = { name: 'registry.example.com/shop/web:1.4' };

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
