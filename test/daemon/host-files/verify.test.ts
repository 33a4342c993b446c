import { execFileSync } from 'node:child_process';
import { Peer, Port } from '../../../src';
import { renderVerifyScript, VERIFIED } from '../../../src/daemon/private/scripts/verify';
import { verifyInput } from '../../../src/daemon/private/verify-input';
import { HOST_ADDRESS, Program } from '../../support/programs';

function program(): Program {
  const shop = new Program();
  const segment = shop.segment('Front');
  const web = shop.container('Web', segment);
  shop.container('Api', segment);
  web.publish(Port.tcpRange(8000, 8001), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  return shop;
}

test('containers come with their ports as docker inspect writes them', () => {
  expect(verifyInput(program().topology())).toEqual({
    containers: [
      { name: 'app-api', ports: [] },
      { name: 'app-web', ports: [`${HOST_ADDRESS}|8000|8000/tcp`, `${HOST_ADDRESS}|8001|8001/tcp`] },
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
  const script = renderVerifyScript({ containers: [{ name: hostile, ports: [hostile] }], swarmAddress: hostile });
  expect(() => execFileSync('sh', ['-n'], { input: script })).not.toThrow();
  const quoted = `'it'\\''s $(reboot) \`id\` ; rm'`;
  expect(script.split(quoted)).toHaveLength(5);
  expect(script.split(quoted).join('')).not.toContain('reboot');
});

test('it has no word that changes a host', () => {
  const script = renderVerifyScript(verifyInput(program().topology()));
  expect(script).not.toMatch(
    /\b(rm|mv|cp|chmod|chown|mkdir|touch|tee|sed -i|docker (run|exec|rm|update|create))\b|>(?!\s*&|\/dev\/null|=)\s*["$/a-z]/,
  );
});
