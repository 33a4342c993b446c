import { execFileSync } from 'node:child_process';
import { Capability, Peer, Port } from '../../src';
import { verifyInput } from '../../src/daemon/private/verify-input';
import { renderVerifyScript, VERIFIED } from '../../src/host/private/render-verify-script';
import { HOST_ADDRESS, Program } from '../support/programs';

function program(): Program {
  const shop = new Program();
  const segment = shop.segment('Front');
  const web = shop.container('Web', segment);
  shop.container('Api', segment, { capabilities: [Capability.reasoned('IPC_LOCK', 'keeps its keys out of swap')] });
  web.publish(Port.tcpRange(8000, 8001), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  return shop;
}

test('containers come with their ports as docker inspect writes them', () => {
  expect(verifyInput(program().topology())).toEqual({
    containers: [
      { name: 'app-api', ports: [], capabilities: ['IPC_LOCK'], isService: false },
      { name: 'app-web', capabilities: [], isService: false, ports: [`${HOST_ADDRESS}|8000|8000/tcp`, `${HOST_ADDRESS}|8001|8001/tcp`] },
    ],
    swarmAddress: undefined,
  });
});

test('every control is one line, in the order of the benchmark', () => {
  const lines = [...renderVerifyScript({ containers: [] }).matchAll(/^look (\S+) ([12]) && /gm)].map(([, control]) => control);
  expect([...lines].sort()).toEqual([...VERIFIED].sort());
  expect(lines.indexOf('1.1.2')).toBeLessThan(lines.indexOf('1.1.10'));
  expect(lines.indexOf('2.9')).toBeLessThan(lines.indexOf('2.10'));
});

test('the shell takes it, and no text of a program gets out of its quotes', () => {
  const hostile = "it's $(reboot) `id` ; rm";
  const script = renderVerifyScript({
    containers: [{ name: hostile, ports: [hostile], capabilities: [hostile], isService: false }],
    swarmAddress: hostile,
  });
  expect(() => execFileSync('sh', ['-n'], { input: script })).not.toThrow();
  const quoted = `'it'\\''s $(reboot) \`id\` ; rm'`;
  expect(script.split(quoted)).toHaveLength(7);
  expect(script.split(quoted).join('')).not.toContain('reboot');
});

test('it has no word that changes a host', () => {
  const script = renderVerifyScript(verifyInput(program().topology()));
  expect(script).not.toMatch(
    /\b(rm|mv|cp|chmod|chown|mkdir|touch|tee|sed -i|docker (run|exec|rm|update|create))\b|>(?!\s*&|\/dev\/null|=)\s*["$/a-z]/,
  );
});

/** What the script reads of settings and of a command line. */
function read(name: 'json_values' | 'flag_values', text: string): string[] {
  const script = renderVerifyScript({ containers: [] });
  const body = script.slice(script.indexOf(`\n${name}() {`), script.indexOf('\n}\n', script.indexOf(`\n${name}() {`)) + 3);
  return execFileSync('sh', ['-c', `${body}${name} || echo unread`], { input: text, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

test.each([
  ['{"icc":false,"log-level":"warn"}', ['icc false', 'log-level warn']],
  ['{\n\t"iptables"\n:\tfalse }', ['iptables false']],
  ['{"a":{"b":[1,"x y",{}]}}', ['a.b. 1', 'a.b. x y', 'a.b. empty', 'a.b filled', 'a filled']],
  ['{"debug":true,"debug":false}', ['debug true', 'debug false']],
  ['{"a":"q\\"\\\\\\n"}', ['a q"\\']],
  ['{}', [' empty']],
  ['', ['']],
  ['{"no-new-privil\\u0065ges":true}', ['unread']],
  ['{"a":1}{"b":2}', ['a 1', 'unread']],
  ['{"a":1', ['a 1', 'unread']],
  ['[1]', ['unread']],
])('of the settings %j it reads %j', (text, wanted) => expect(read('json_values', text)).toEqual(wanted));

test.each([
  ['dockerd -H unix:///run/docker.sock --iptables=false', ['iptables false']],
  ['dockerd --log-level debug -D', ['log-level debug', 'debug true']],
  ['dockerd -lwarn --ip6tables', ['log-level warn', 'ip6tables true']],
  ['dockerd --config-file /x --default-ulimit nofile=1:1', ['config-file /x', 'default-ulimits nofile=1:1']],
  ['dockerd --debug --icc=0', ['debug true', 'icc 0']],
])('of the command line %j it reads %j', (line, wanted) => expect(read('flag_values', line.replace(/ /g, '\n'))).toEqual(wanted));
