import { gunzipSync } from 'node:zlib';
import { sampleInput } from './sample';
import { renderHostFiles } from '../../src/host/private/render-host-files';
import { renderInstallScript } from '../../src/host/private/render-install-script';
import { renderUserData, renderUserDataGzip, userDataSize, zipped } from '../../src/host/private/render-user-data';
import { filesOfUserData } from '../support/user-data';

function parse(text: string): { merge_how: string; bootcmd: string[][]; packages?: string[]; runcmd: string[][] } {
  const [header, body, ...rest] = text.split('\n');
  expect([header, ...rest]).toEqual(['#cloud-config', '']);
  return JSON.parse(body);
}

/** Text that would be harm wherever it stood unescaped. */
const HOSTILE = 'x"; reboot #\n--MIMEBOUNDARY\n${file("/etc/shadow")} %{if} $(reboot) \u0000\u001b[2J 1:30';

describe('user data', () => {
  test('holds every file, with its mode, and calls one program with constant words', () => {
    const config = parse(renderUserData(sampleInput()));
    expect(filesOfUserData(renderUserData(sampleInput()))).toEqual(renderHostFiles(sampleInput()));
    // Once for each machine, as its packages: a later boot must not bring back what has been installed since.
    expect(config.bootcmd.map((words) => words.slice(0, -1))).toEqual([['cloud-init-per', 'instance', 'bulkhead', 'sh', '-c']]);
    expect(config.runcmd).toEqual([['/usr/local/sbin/bulkhead-firewall', 'setup', '--start-docker']]);
    expect(config.merge_how).toBe('list(append)+dict(recurse_list,no_replace)+str()');
    expect(config.packages).toEqual(['conntrack', 'docker.io', 'iproute2', 'ipset', 'iptables', 'kmod', 'nftables']);
  });

  test('installs nothing when the image has the engine', () => {
    const config = parse(renderUserData(sampleInput({ change: { installPackages: [] } })));
    expect(Object.keys(config)).toEqual(['merge_how', 'bootcmd', 'runcmd']);
  });

  test('a small host has room under 16 KiB', () => {
    expect(userDataSize(renderUserData(sampleInput()))).toBeLessThan(16_384);
    expect(userDataSize('ä')).toBe(2);
  });

  test('compressed as a whole it is smaller, and says the same', () => {
    const packed = Buffer.from(renderUserDataGzip(sampleInput()), 'base64');
    expect(packed.length).toBeLessThan(12_100);
    expect(filesOfUserData(gunzipSync(packed).toString('utf8'))).toEqual(renderHostFiles(sampleInput()));
  });
});

describe('no text of the input stands outside base64', () => {
  const hostile = sampleInput({
    edit: (file) => ({ ...file, rules: file.rules.replace('app/Web to app/Api', HOSTILE) }),
    change: { daemonPath: HOSTILE, daemonJson: HOSTILE },
  });

  test('in user data', () => {
    expect(renderUserData(hostile)).toMatch(/^#cloud-config\n[ -~]*\n$/);
    for (const word of ['reboot', 'MIMEBOUNDARY', '${', '%{']) expect(renderUserData(hostile)).not.toContain(word);
  });

  test('in the install script', () => {
    const plain = renderInstallScript(sampleInput()).replace(/^[A-Za-z0-9+/=]+\n/gm, '');
    expect(renderInstallScript(hostile).replace(/^[A-Za-z0-9+/=]+\n/gm, '')).toBe(plain);
    expect(plain).toMatch(/^#!\/bin\/sh\n[ -~\n]*$/);
  });

  test('the install script carries every file whole', () => {
    const bodies = [
      ...renderInstallScript(hostile).matchAll(/^ {2}put (\S+) (\S+) <<'END_OF_BODY'\n((?:[A-Za-z0-9+/=]+\n)*)END_OF_BODY\n/gm),
    ];
    expect(
      bodies.map(([, path, mode, text]) => ({ path, mode: `0${mode}`, content: Buffer.from(text, 'base64').toString('utf8') })),
    ).toEqual(renderHostFiles(hostile));
  });
});

test('what is packed holds neither a clock nor a machine: an update of the library that packs differently would replace hosts', () => {
  const packed = zipped(Buffer.from('bulkhead bulkhead bulkhead'));
  expect(gunzipSync(Buffer.from(packed, 'base64')).toString()).toBe('bulkhead bulkhead bulkhead');
  expect(packed).toMatchInlineSnapshot(`"H4sIAAAAAAACA0sqzcnOSE1MUUhCZwAAmSszvBoAAAA="`);
});
