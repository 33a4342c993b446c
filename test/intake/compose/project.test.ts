import { projectOf } from './project-of';
import { InputError } from '../../../src/intake/input-error';

const WEB = 'services:\n  web:\n    image: nginx\n';
const read = (text: string, others: Readonly<Record<string, string>> = {}, ...over: string[]) =>
  projectOf({ 'compose.yaml': text, ...others }, over);
const portsOf = (project: ReturnType<typeof read>, service = 'web') =>
  project.services
    .find(({ name }) => name === service)!
    .ports.map(({ hostPorts, targetPort }) => `${hostPorts?.first ?? ''}:${targetPort}`);

describe('names', () => {
  test('the project has the name of its folder, of its file, or of the environment', () => {
    expect(read(WEB).name).toBe('shop');
    expect(read(`name: My-App\n${WEB}`).name).toBe('my-app');
    expect(read(WEB, { '.env': 'COMPOSE_PROJECT_NAME=named' }).name).toBe('named');
    expect(projectOf({ 'compose.yaml': WEB }, [], { COMPOSE_PROJECT_NAME: 'outer' }).name).toBe('outer');
    expect(read(`name: x\n${WEB}    container_name: \${COMPOSE_PROJECT_NAME}-w\n`).services[0].containerName).toBe('x-w');
  });

  test('a network has the name of the project, its own, or that of another', () => {
    const { networks } = read(
      `${WEB}    networks: [a, b, c, d]\nnetworks:\n  a:\n  b: {name: other}\n  c: {external: true}\n  d: {external: {name: old}}\n`,
    );
    expect(networks.map(({ name, external }) => [name, external])).toEqual([['shop_a', false], ['other', false], ['c', true], ['old', true]]); // prettier-ignore
  });

  test('a service without networks is in the default one', () => {
    expect(read(WEB).networks.map(({ key, name }) => [key, name])).toEqual([['default', 'shop_default']]);
    expect(read(`${WEB}    network_mode: host\n`).networks).toEqual([]);
  });
});

describe('files together', () => {
  test('a later file adds ports and networks, and replaces the rest', () => {
    const over =
      'services:\n  web:\n    ports: ["81:80", "80:80"]\n    container_name: w\n    networks: {back: {ipv4_address: 10.0.0.9}}\nnetworks: {back: }\n';
    const project = read(`${WEB}    ports: ["80:80"]\n    networks: [front]\nnetworks: {front: }\n`, { 'over.yaml': over }, 'over.yaml');
    expect(portsOf(project)).toEqual(['80:80', '81:80']);
    expect(project.services[0].networks.map(({ network, ipv4 }) => [network, ipv4])).toEqual([['front', undefined], ['back', '10.0.0.9']]); // prettier-ignore
    expect(project.services[0].containerName).toBe('w');
  });

  test.each([
    ['!override ["81:80"]', ['81:80']],
    ['!reset []', []],
    ['!reset null', []],
  ])('ports: %s takes away what was there', (value, expected) => {
    const over = `services:\n  web:\n    ports: ${value}\n`;
    expect(portsOf(read(`${WEB}    ports: ["80:80"]\n`, { 'over.yaml': over }, 'over.yaml'))).toEqual(expected);
  });

  test('anchors and merge keys, the own key first', () => {
    const text =
      'x-a: &a {ports: ["1:1"], image: a}\nx-b: &b {ports: ["2:2"], container_name: b}\nservices:\n  web: {<<: [*a, *b], image: mine}\n';
    expect(portsOf(read(text))).toEqual(['1:1']);
    expect(read(text).services[0].containerName).toBe('b');
  });

  test('extends, of the same file and of another, whose own are relative to it', () => {
    const text = `${WEB}    extends: {file: base/common.yaml, service: base}\n    ports: ["80:80"]\n  more:\n    extends: web\n`;
    const base = 'services:\n  base:\n    image: b\n    extends: {file: deep.yaml, service: deep}\n    ports: ["81:80"]\n';
    const deep = 'services:\n  deep: {image: d, ports: ["82:80"], network_mode: host}\n';
    const project = read(text, { 'base/common.yaml': base, 'base/deep.yaml': deep });
    expect(portsOf(project)).toEqual(['82:80', '81:80', '80:80']);
    expect(portsOf(project, 'more')).toEqual(['82:80', '81:80', '80:80']);
    expect(project.services[1].networkMode).toBe('host');
  });

  test('include, with variables of its own folder, and what the file says itself on top', () => {
    const project = read(`include: [sub/compose.yaml]\n${WEB}  db: {image: mine}\n`, {
      'sub/compose.yaml': 'services:\n  db:\n    image: postgres\n    ports: ["${PORT}:5432"]\n',
      'sub/.env': 'PORT=5000',
    });
    expect(portsOf(project, 'db')).toEqual(['5000:5432']);
  });

  test('what docker compose config prints is read as it is', () => {
    const printed = { name: 'p', services: { web: { image: 'x', networks: { default: null }, ports: [{ mode: 'ingress', target: 80, published: '8080', protocol: 'tcp' }], environment: { A: '$$B' } } }, networks: { default: { name: 'p_default', ipam: {} } } }; // prettier-ignore
    const project = read(JSON.stringify(printed));
    expect(portsOf(project)).toEqual(['8080:80']);
    expect(project.notes).toEqual([]);
  });
});

describe('refused', () => {
  test.each([
    ['', 'has no services'],
    ['[]', 'has no keys at the top'],
    ['a: [', 'is not YAML'],
    ['services: [web]', 'services of shop/compose.yaml is not a map'],
    ['services:\n  web:\n', 'shop/compose.yaml:2:3: service web is empty'],
    ['services:\n  web: {ports: [80]}\n', 'has neither image nor build'],
    [`${WEB}    networks: [back]\n`, 'joins the network back, which the files do not have'],
    [`${WEB}    network_mode: host\n    networks: [a]\n`, 'has network_mode and networks'],
    [`${WEB}    network_mode: service:web\n`, 'shares the network of itself'],
    [`${WEB}    scale: 2\n    container_name: w\n`, 'has 2 replicas and container_name'],
    [`${WEB}    scale: x\n`, 'has x replicas'],
    [`${WEB}    scale: 2\n    deploy: {replicas: 3}\n`, 'has scale 2 and deploy.replicas 3'],
    [`${WEB}    extends: {file: no.yaml, service: x}\n`, 'shop/no.yaml does not exist'],
    [`${WEB}    extends: other\n`, "extends 'other', and shop/compose.yaml has no service of that name; name one of: web"],
    [`${WEB}    extends: web\n`, 'extends itself'],
    [`include: [compose.yaml]\n${WEB}`, 'includes shop/compose.yaml'],
    [`include: ["oci://registry/app"]\n${WEB}`, 'is not on this machine'],
    [`name: "\${NONE}"\n${WEB}`, 'has a name without a letter or digit'],
    ['services:\n  web: &w\n    <<: *w\n', 'is inside of it'],
    [`${WEB}    image: second\n`, 'is not YAML: Map keys must be unique'],
  ])('%j', (text, message) => {
    expect(() => read(text)).toThrow(InputError);
    expect(() => read(text)).toThrow(message);
  });

  test('aliases of aliases do not fill the memory', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `x${i}: &x${i} [${Array(10)
          .fill(i === 0 ? '1' : `*x${i - 1}`)
          .join()}]`,
    );
    expect(() => read(`${levels.join('\n')}\n${WEB}`)).toThrow('has more than 100000 values');
  });

  test('such names are kept when files are merged, and are not variables that are set', () => {
    const over = 'services:\n  __proto__: {image: b}\n';
    const project = read(`services:\n  web: {image: a, container_name: "w\${constructor}"}\n`, { 'over.yaml': over }, 'over.yaml');
    expect(project.services.map(({ name, containerName }) => [name, containerName])).toEqual([['web', 'w'], ['__proto__', undefined]]); // prettier-ignore
  });

  test('names that every object has are names', () => {
    const project = read('services:\n  constructor: {image: a}\n  __proto__: {image: b, networks: [toString]}\nnetworks: {toString: }\n');
    expect(project.services.map(({ name }) => name)).toEqual(['constructor', '__proto__']);
  });
});

describe('what is not in the answers is told, with its line', () => {
  test.each([
    [`frob: 1\n${WEB}`, 'shop/compose.yaml:1:1', 'frob is not a key'],
    [`${WEB}jobs: {clean: {image: x}}\n`, 'shop/compose.yaml:4:1', 'jobs: it starts containers that are not in the answers'],
    [`${WEB}    frob: 1\n`, 'shop/compose.yaml:4:5', 'services.web.frob is not a key'],
    [`${WEB}    cap_add: [NET_ADMIN]\n`, 'shop/compose.yaml:4:5', 'web can send from addresses that it does not have'],
    [`${WEB}    privileged: true\n`, 'shop/compose.yaml:4:5', 'web can change the rules of the host'],
    [`${WEB}    sysctls: [net.ipv4.ip_forward=1]\n`, 'shop/compose.yaml:4:5', 'forwarding by a container is not in the answers'],
    [`${WEB}    networks: {a: {link_local_ips: [169.254.1.1]}}\nnetworks: {a: }\n`, 'shop/compose.yaml:4:20', 'further addresses'],
    [`${WEB}networks: {default: {frob: 1}}\n`, 'shop/compose.yaml:4:22', 'networks.default.frob is not a key'],
    [`${WEB}    ports: ["\${NONE}80:80"]\n`, 'NONE', 'the variable is not set'],
  ])('%j', (text, place, sentence) => {
    expect(read(text).notes).toEqual([expect.objectContaining({ text: 'compose', place, sentence: expect.stringContaining(sentence) })]);
  });

  test.each([
    '    cap_add: [CHOWN]\n',
    '    privileged: false\n',
    '    x-frob: 1\n',
    '    sysctls: {kernel.x: 1}\n',
    '    restart: always\n',
  ])('not %j', (line) => {
    expect(read(WEB + line).notes).toEqual([]);
  });
});
