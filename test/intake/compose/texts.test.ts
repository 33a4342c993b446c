import { InputError } from '../../../src/intake/input-error';
import { dotenvOf } from '../../../src/intake/private/compose/dotenv';
import { substitute } from '../../../src/intake/private/compose/interpolate';
import { composePorts } from '../../../src/intake/private/compose/ports';

const SET: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', _x1: 'low' };
const unset: string[] = [];
const VARIABLES = {
  value: (name: string) => (Object.hasOwn(SET, name) ? SET[name] : undefined),
  unset: (name: string) => void unset.push(name),
};

describe('variables in a text', () => {
  test.each([
    ['$A', 'a'],
    ['${A}b', 'ab'],
    ['$$A $${A}', '$A ${A}'],
    ['$_x1-', 'low-'],
    ['$5 and $', '$5 and $'],
    ['${NONE:-x}', 'x'],
    ['${NONE-x}', 'x'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${A:-x}', 'a'],
    ['${A:+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${NONE+x}', ''],
    ['${NONE:-${A}${EMPTY:-z}}', 'az'],
    ['${NONE:-{"k":1}}', '{"k":1}'],
    ['${A:?must be set}', 'a'],
    ['${EMPTY?must be set}', ''],
    ['${NONE:-a}b}', 'ab}'],
    ['${A-b:-c}', 'a'],
  ])('%s is %s', (text, expected) => {
    expect(substitute(text, VARIABLES, 'x')).toBe(expected);
  });

  test.each([
    ['${}', 'is not a form of a variable'],
    ['${A', 'is not a form of a variable'],
    ['${5}', 'is not a form of a variable'],
    ['${A!}', 'is not a form of a variable'],
    ['${NONE:?set it}', 'needs the variable NONE (set it)'],
    ['${EMPTY:?}', 'needs the variable EMPTY; set it'],
  ])('%s is refused', (text, message) => {
    expect(() => substitute(text, VARIABLES, 'services.web.image')).toThrow(InputError);
    expect(() => substitute(text, VARIABLES, 'services.web.image')).toThrow(message);
  });

  test('one without a value is told', () => {
    unset.length = 0;
    substitute('$NONE ${OTHER} ${THIRD:-x}', VARIABLES, 'x');
    expect(unset).toEqual(['NONE', 'OTHER']);
  });
});

describe('a file with variables', () => {
  test.each([
    ['B=1', '1'],
    ['B = 1 ', '1'],
    ['export B=1', '1'],
    ['B: 1', '1'],
    ['B=1 # a comment', '1'],
    ['B=1#2', '1#2'],
    ["B='$A # x'", '$A # x'],
    ['B="$A # x"', 'a # x'],
    ['B="x\\ty\\$A"', 'x\ty$A'],
    ['B="two\nlines"', 'two\nlines'],
    ['B=$A', 'a'],
    ['B=$A$A', 'aa'],
    ['# B=1\n\nB=2', '2'],
    ['B=1\r\nC=2', '1'],
    ["B='it\\'s'", "it's"],
  ])('%j', (text, expected) => {
    expect(dotenvOf('.env', text, VARIABLES).get('B')).toBe(expected);
  });

  test('a name alone has the value of the environment', () => {
    expect([...dotenvOf('.env', 'A\nNONE\nB=1', VARIABLES)]).toEqual([['A', 'a'], ['B', '1']]); // prettier-ignore
  });

  test.each([
    ['A=1\n=2', 'line 2 of .env'],
    ['A=1\n\nB="x', 'line 3 of .env has a quote that is not closed'],
    ['A B=1', 'line 1 of .env'],
  ])('%j is refused', (text, message) => {
    expect(() => dotenvOf('.env', text, VARIABLES)).toThrow(message);
  });
});

describe('ports', () => {
  const one = (first: number, last = first) => ({ first, last });
  test.each([
    [80, [{ protocol: 'tcp', targetPort: 80 }]],
    ['80', [{ protocol: 'tcp', targetPort: 80 }]],
    ['53/udp', [{ protocol: 'udp', targetPort: 53 }]],
    ['8080:80', [{ protocol: 'tcp', targetPort: 80, hostPorts: one(8080) }]],
    ['8080:80/TCP', [{ protocol: 'tcp', targetPort: 80, hostPorts: one(8080) }]],
    ['127.0.0.1:8080:80', [{ protocol: 'tcp', targetPort: 80, hostAddress: '127.0.0.1', hostPorts: one(8080) }]],
    ['127.0.0.1::80', [{ protocol: 'tcp', targetPort: 80, hostAddress: '127.0.0.1' }]],
    ['[::1]:8080:80', [{ protocol: 'tcp', targetPort: 80, hostAddress: '::1', hostPorts: one(8080) }]],
    ['8000-8010:80', [{ protocol: 'tcp', targetPort: 80, hostPorts: one(8000, 8010) }]],
    ['8000-8001:80-81', [{ protocol: 'tcp', targetPort: 80, hostPorts: one(8000) }, { protocol: 'tcp', targetPort: 81, hostPorts: one(8001) }]],
    [{ target: 80 }, [{ protocol: 'tcp', targetPort: 80 }]],
    [{ target: '80', published: 8080, host_ip: '::1', protocol: 'udp', mode: 'host' }, [{ protocol: 'udp', targetPort: 80, hostAddress: '::1', hostPorts: one(8080) }]],
    [{ target: 80, published: '8000-8010' }, [{ protocol: 'tcp', targetPort: 80, hostPorts: one(8000, 8010) }]],
  ])('%j', (entry, expected) => {
    expect(composePorts(entry, 'x')).toEqual(expected);
  }); // prettier-ignore

  test.each([
    ['', 'no port of the container'],
    ['web', 'no port of the container'],
    ['70000', 'no port of the container'],
    ['8080:', 'no port of the container'],
    ['x:80', "'x', which is not a port of the host"],
    ['localhost:8080:80', "'localhost', which is not an address of the host"],
    ['::1:8080:80', 'without brackets'],
    ['80/icmp', "the protocol 'icmp'"],
    ['8000-8002:80-81', 'ranges of different lengths'],
    ['8002-8000:80', "'8002-8000', which is not a port of the host"],
    [{}, 'target is not a port'],
    [{ target: 80, host_ip: 'localhost' }, "host_ip 'localhost'"],
    [{ target: 80, published: 'http' }, "published 'http'"],
    [{ target: 80, protocol: 'icmp' }, "protocol 'icmp'"],
  ])('%j is refused', (entry, message) => {
    expect(() => composePorts(entry, 'compose.yaml:4:5 ports[0]')).toThrow(InputError);
    expect(() => composePorts(entry, 'compose.yaml:4:5 ports[0]')).toThrow(message);
  });
});
