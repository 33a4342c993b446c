import { randomBytes } from 'node:crypto';
import { bootedChecks } from './boot';
import { renderInstallScript } from '../../../src/host/private/render-install-script';
import { sampleInput } from '../../host/sample';

/**
 * Secrets under a systemd that runs, over a reboot: `npx tsx test/integ/host-files/booted-secrets.ts` as root, on a machine with systemd, systemd-creds,
 * iptables, ipset, conntrack and nft. A program that sleeps stands for the engine; its unit has our drop-in.
 */
const secrets = {
  names: ['db-password', 'token'],
  containers: [
    { name: 'app-db', uid: 999, gid: 998, onChange: 'restart' as const, secrets: ['db-password'] },
    { name: 'app-api', uid: 10001, gid: 10001, onChange: 'nothing' as const, secrets: ['db-password', 'token'] },
  ],
};

const ENGINE = `[Unit]
Description=stands for the engine

[Service]
ExecStart=/bin/sh -c 'ls /run/bulkhead-secrets >/run/seen; exec sleep infinity'

[Install]
WantedBy=multi-user.target
`;

/** What the engine saw when it began is what its containers get. */
const FIRST = `
ip link set lo up
rm -f /etc/systemd/system/docker.service
cp /check/docker.service /etc/systemd/system/docker.service
expect 'it installs' 'sh /check/install.sh'
expect 'the engine starts without secrets, and no folder is there' 'systemctl enable --now docker.service && sleep 2 && [ ! -s /run/seen ]'
expect 'values are put' 'bulkhead-secret put db-password </check/value && bulkhead-secret put token </check/value'
expect 'they are encrypted' '[ "$(bulkhead-secret list | grep -c " encrypted for ")" = 2 ] && ! grep -rqF -f /check/value /var/lib/bulkhead'
expect 'each folder has its files, for its user alone' '[ "$(stat -c "%a %u:%g" /run/bulkhead-secrets/app-db /run/bulkhead-secrets/app-db/db-password | tr "\\n" " ")" = "500 999:998 400 999:998 " ] && cmp /check/value /run/bulkhead-secrets/app-api/token'
expect 'no swap can hold them' '[ "$(stat -f -c %T /run/bulkhead-secrets)" = ramfs ]'
sleep 1
journalctl --no-pager >/run/journal 2>&1
expect 'the journal has lines, and not the value' '[ -s /run/journal ] && ! grep -qF -f /check/value /run/journal'
expect 'no file of the host but those in memory has it' 'find /etc /var /usr/local /tmp /root -xdev -path /root/.cache -prune -o -type f -newer /check/value -print >/run/written && [ "$(wc -l </run/written)" -gt 10 ] && ! xargs grep -lqaF -f /check/value </run/written'
`;

const SECOND = `
ip link set lo up
for _ in 1 2 3 4 5 6 7 8 9; do systemctl -q is-active docker.service && [ -s /run/seen ] && break; sleep 2; done
expect 'after a reboot the engine runs' 'systemctl is-active docker.service'
expect 'and saw every folder when it began' '[ "$(tr "\\n" " " </run/seen)" = "app-api app-db " ]'
expect 'the values are the same' 'cmp /check/value /run/bulkhead-secrets/app-db/db-password && cmp /check/value /run/bulkhead-secrets/app-api/token'
mount --bind /dev/null /var/lib/systemd/credential.secret
umount /run/bulkhead-secrets
expect 'without the key of the host the engine starts, and no folder is there' 'systemctl restart docker.service && sleep 2 && systemctl is-active docker.service && [ ! -s /run/seen ]'
umount /var/lib/systemd/credential.secret
expect 'with it they come back' 'systemctl restart docker.service && sleep 2 && [ "$(tr "\\n" " " </run/seen)" = "app-api app-db " ]'
expect 'the removal takes away what is shown, and keeps what is stored' 'sh /check/install.sh --remove && [ ! -e /run/bulkhead-secrets ] && [ "$(ls /var/lib/bulkhead/secrets | wc -l)" = 2 ]'
`;

const files = {
  'install.sh': renderInstallScript(sampleInput({ change: { secrets } })),
  'docker.service': ENGINE,
  value: `${randomBytes(24).toString('hex')}\n`,
};

process.exit(bootedChecks([FIRST, SECOND], files) === 0 ? 0 : 1);
