import { projectOf } from './project-of';
import { InputError } from '../../../src/intake/input-error';
import { composeObjects } from '../../../src/intake/private/compose/compose-host';
import { Random } from '../../integ/harness/generate';
import { drawnCompose } from '../../support/drawn-compose';

const objects = (text: string) => composeObjects(projectOf({ 'compose.yaml': text }), ['*']);
const told = (text: string) => objects(text).notes.map(({ sentence }) => sentence);
const web = (rest: string) => `services:\n  web: {image: a, ${rest}}\n`;

const DEEP = 20_000;
const HOSTILE: Readonly<Record<string, readonly [text: string, message: string]>> = {
  'defaults in defaults': [web(`container_name: "${'${A:-'.repeat(DEEP)}${'}'.repeat(DEEP)}"`), 'more levels inside of each other'],
  'some defaults in defaults': [web(`container_name: "${'${A:-'.repeat(60)}${'}'.repeat(60)}"`), 'variables in 50 defaults'],
  'entries in entries': [`x:\n  ${'- '.repeat(DEEP)}a\n${web('tty: true')}`, 'more levels inside of each other'],
  'lists in lists': [`x: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}\n${web('tty: true')}`, 'more levels inside of each other'],
  'very many replicas': [
    `services:\n${Array.from({ length: 20 }, (_, i) => `  s${i}: {image: x, scale: 1000}\n`).join('')}`,
    'make 20000 containers, and at most 1000',
  ],
  'a length that is none': [
    `${web('tty: true')}networks: {default: {ipam: {config: [{subnet: 10.0.0.0/99}]}}}\n`,
    "'10.0.0.0/99' is not a block",
  ],
  'no length': [`${web('tty: true')}networks: {default: {ipam: {config: [{subnet: 10.0.0.0}]}}}\n`, "'10.0.0.0' is not a block"],
  'a gateway that is none': [
    `${web('tty: true')}networks: {default: {ipam: {config: [{subnet: 10.0.0.0/24, gateway: x}]}}}\n`,
    "'x' is not an address",
  ],
  'an address that is none': [web('networks: {default: {ipv4_address: nonsense}}'), "'nonsense' is not an address"],
};

test.each(Object.keys(HOSTILE))('%s: refused', (name) => {
  const [text, message] = HOSTILE[name];
  expect(() => objects(text)).toThrow(InputError);
  expect(() => objects(text)).toThrow(message);
});

describe('what the engine refuses to make is told', () => {
  test.each([
    [
      'services: {a: {image: x, networks: [x, y]}}\nnetworks: {x: {ipam: {config: [{subnet: 10.0.0.0/24}]}}, y: {ipam: {config: [{subnet: 10.0.0.128/25}]}}}\n',
      '10.0.0.128/25 of network shop_y overlaps with 10.0.0.0/24 of network shop_x',
    ],
    ['services: {a: {image: x, container_name: n}, b: {image: x, container_name: n}}\n', 'two containers have the name n'],
    [
      'services: {a: {image: x, ports: ["80:80"]}, b: {image: x, ports: ["80:81"]}}\n',
      'shop-b-1 publishes tcp/80 of the host, which shop-a-1 also publishes',
    ],
    ['services: {a: {image: x, ports: ["80:80"]}, b: {image: x, ports: ["127.0.0.1:80:81"]}}\n', 'shop-b-1 publishes tcp/80'],
    [
      'services: {a: {image: x, networks: {x: {ipv4_address: 10.1.0.9}}}}\nnetworks: {x: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}\n',
      'shop-a-1 has the address 10.1.0.9, which is in no block of network shop_x',
    ],
  ])('%.70s', (text, sentence) => {
    expect(told(text)).toEqual([expect.stringContaining(sentence)]);
  });

  test.each([
    'services: {a: {image: x, ports: ["127.0.0.1:80:80"]}, b: {image: x, ports: ["127.0.0.2:80:81", "80:80/udp"]}}\n',
    'services: {a: {image: x, networks: {x: {ipv4_address: 10.0.0.9}}}}\nnetworks: {x: {ipam: {config: [{subnet: 10.0.0.5/24}]}}}\n',
  ])('and nothing of %.70s', (text) => {
    expect(told(text)).toEqual([]);
  });
});

test('texts that are cut and changed are read or refused', () => {
  const outcomes = { read: 0, refused: 0 };
  for (let i = 0; i < 400; i++) {
    const random = new Random(`hostile compose ${i}`);
    const text = changed(random, drawnCompose(`hostile ${i}`)['compose.yaml']);
    try {
      objects(text);
      outcomes.read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`${String(error)}\n${text}`);
      outcomes.refused++;
    }
  }
  expect(outcomes.read).toBeGreaterThan(20);
  expect(outcomes.refused).toBeGreaterThan(20);
});

function changed(random: Random, text: string): string {
  const at = random.int(0, text.length);
  const piece = random.pick([
    '',
    '\t',
    ': ',
    '- ',
    '&a ',
    '*a',
    '!reset ',
    '<<: ',
    '{',
    '"',
    '\0',
    '\u202e',
    '99999999999',
    '-1',
    'null',
    '[]',
    '${',
    '~',
  ]);
  return random.chance(0.3) ? text.slice(0, at) + piece : text.slice(0, at) + piece + text.slice(at + random.int(0, 6));
}
