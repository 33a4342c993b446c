// Profiles of public images with Debian's real programs: each starts as the user of the profile, on a read-only root, with the profile's paths alone, gets
// healthy by the profile's check, writes its data, finds it again in a new container, and plans empty. The images themselves cannot be pulled here.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BridgeSegment, ContainerImage, DataVolume, HardenedContainer, ImageBase, ImageProfile, VolumeMount } from '../../../src';
import { sets } from '../harness/capability-sets';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { needService, serviceTar } from '../harness/generate-images';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['28.5'];

const IMAGE = 'profiles:1';
const SECRET = '/srv/shop/db-password';
const PASSWORD_FILE = '/run/secrets/db-password';

/** What the entry point of PostgreSQL's public image does as this user, in short. */
const POSTGRES = `
set -e
mkdir -p "$PGDATA"; chmod 700 "$PGDATA"
mkdir -p /var/run/postgresql; chmod 3775 /var/run/postgresql || :
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb -U postgres --auth=scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C.UTF-8 --no-sync
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
fi
exec postgres -c listen_addresses='*'
`;

/** The same of MariaDB's. */
const MARIADB = `
set -e
mkdir -p /var/lib/mysql
[ -d /var/lib/mysql/mysql ] || mariadb-install-db --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >/dev/null
exec mariadbd --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock
`;

/** In the place of the script of MariaDB's image: a question by the socket. */
const HEALTHCHECK = `#!/bin/sh
[ "$*" = '--connect --innodb_initialized' ] || exit 2
exec mariadb --socket=/run/mysqld/mysqld.sock -uroot -e 'select 1'
`;

/** As in the image of nginx: the file of its process, its folders for bodies, its user and its port. */
const NGINX = `
user nginx;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path /var/cache/nginx/client_temp; proxy_temp_path /var/cache/nginx/proxy_temp; fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
  uwsgi_temp_path /var/cache/nginx/uwsgi_temp; scgi_temp_path /var/cache/nginx/scgi_temp;
  server { listen 80; location / { return 200 'a page'; } }
}
`;

/** With an authority of its own, which is what Caddy has to keep. */
const CADDY = `
{
  skip_install_trust
}
http:// {
  respond "a page"
}
https://shop.example.com {
  tls internal
}
`;

const PROMETHEUS =
  'global: { scrape_interval: 5s }\nscrape_configs: [{ job_name: itself, static_configs: [{ targets: ["127.0.0.1:9090"] }] }]\n';

const { DEBIAN } = ImageBase;
const PROFILES = {
  db: ImageProfile.postgres({ major: 15, builtOn: DEBIAN }),
  maria: ImageProfile.mariadb(),
  cache: ImageProfile.redis({ builtOn: DEBIAN }),
  web: ImageProfile.nginx(),
  caddy: ImageProfile.caddy(),
  metrics: ImageProfile.prometheus(),
};
type Name = keyof typeof PROFILES;
const NAMES = Object.keys(PROFILES) as Name[];
const NONE = `sha256:${'0'.repeat(64)}`;

/** The lab's image with what the public image of a profile says of itself; in the first edition that of nginx says nothing. */
function imageOf(lab: Lab, name: Name, edition: string): ContainerImage {
  const reference = name === 'web' && edition === 'one' ? IMAGE : `profile-${name}:1`;
  const id = lab.engine.running ? lab.host(['docker', 'image', 'inspect', '--format', '{{.Id}}', reference]).stdout.trim() : '';
  return ContainerImage.fromId(id || NONE);
}

function makeImages(lab: Lab): void {
  lab.importImage(IMAGE, serviceTar('profiles'));
  lab.docker('create', '--name', 'base', IMAGE);
  for (const name of NAMES) {
    const { imageUser, volumes, ports } = PROFILES[name]._facts!;
    const lines = [
      ...(imageUser === '' ? [] : [`USER ${imageUser}`]),
      ...volumes.map((volume) => `VOLUME ${volume}`),
      ...ports.map((port) => `EXPOSE ${port}`),
    ];
    lab.docker('commit', ...lines.flatMap((line) => ['--change', line]), 'base', `profile-${name}:1`);
  }
  lab.docker('rm', 'base');
}

function programOf(lab: Lab, edition: string): Program {
  return ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Back', { daemon });
    const data = (name: Name) => VolumeMount.volume(new DataVolume(stack, `Data-${name}`, { daemon }), PROFILES[name].dataPath);
    const add = (name: Name, props: object) =>
      new HardenedContainer(stack, name, { segment, image: imageOf(lab, name, edition), profile: PROFILES[name], ...props });
    add('db', {
      entrypoint: ['/bin/sh', '-c', POSTGRES],
      environment: {
        PATH: '/usr/lib/postgresql/15/bin:/usr/bin:/bin',
        PGDATA: PROFILES.db.dataPath,
        POSTGRES_PASSWORD_FILE: PASSWORD_FILE,
        EDITION: edition,
      },
      volumes: [VolumeMount.hostPath(SECRET, PASSWORD_FILE), data('db')],
    });
    add('maria', {
      entrypoint: ['/bin/sh', '-c', MARIADB],
      environment: { EDITION: edition },
      volumes: [VolumeMount.hostPath('/srv/shop/healthcheck.sh', '/usr/local/bin/healthcheck.sh'), data('maria')],
    });
    add('cache', {
      command: ['redis-server', '--protected-mode', 'no'],
      workingDirectory: '/data',
      environment: { EDITION: edition },
      volumes: [data('cache')],
    });
    add('web', {
      command: ['nginx', '-e', 'stderr', '-g', 'daemon off;'],
      volumes: [VolumeMount.hostPath('/srv/shop/nginx.conf', '/etc/nginx/nginx.conf')],
    });
    add('caddy', {
      command: ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
      environment: { XDG_CONFIG_HOME: '/config', XDG_DATA_HOME: '/data' },
      // The lab's image has another /data, of Redis.
      volumes: [
        VolumeMount.hostPath('/srv/shop/Caddyfile', '/etc/caddy/Caddyfile'),
        VolumeMount.hostPath('/srv/shop/caddy', '/data', { readOnly: false }),
      ],
    });
    add('metrics', {
      command: ['prometheus', '--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/prometheus'],
      workingDirectory: '/prometheus',
      environment: { EDITION: edition },
      volumes: [VolumeMount.hostPath('/srv/shop/prometheus.yml', '/etc/prometheus/prometheus.yml'), data('metrics')],
    });
  };
}

export async function prepare(): Promise<void> {
  needService('profiles');
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(lab, 'one'));
    files(lab);
    deployment.synth();
    deployment.install();
    lab.startEngine();
    deployment.watch();
    makeImages(lab);
    marked(checks, lab);
    deployment.change(programOf(lab, 'one'));

    for (const name of NAMES) {
      const isHealthy = patiently(() => health(lab, name) === 'healthy');
      checks.shown(`${name}: healthy by the check of its profile`, isHealthy, () => `${health(lab, name)}${logs(lab, name)}`);
    }
    for (const name of NAMES) processes(checks, lab, name);
    written(checks, lab);
    paths(checks, lab);
    checks.shown('verify.sh finds the image that is not what its profile says, and no other', verified(lab, deployment) === 'FAIL image each image has the user, the volumes and the ports that its profile was read with: app-web has no port:"80/tcp"', () => verified(lab, deployment)); // prettier-ignore

    const ids = () => Object.fromEntries(NAMES.map((name) => [name, lab.docker('inspect', '--format', '{{.Id}}', `app-${name}`)]));
    const before = ids();
    deployment.change(programOf(lab, 'two'));
    const after = ids();
    const replaced = NAMES.filter((name) => before[name] !== after[name]);
    checks.shown('five containers are new', replaced.join() === 'db,maria,cache,web,metrics', replaced.join());
    checks.shown('verify.sh passes the images now', /^PASS image /.test(verified(lab, deployment)), () => verified(lab, deployment));
    const lost = KEPT.filter(({ name, ask, answer }) => !patiently(() => inside(lab, name, ask).includes(answer)));
    checks.shown('and what they wrote is still there', lost.length === 0, () =>
      lost.map(({ name, ask }) => inside(lab, name, ask) + logs(lab, name)).join('\n'),
    );
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    deployment.destroy();
  });
}

function files(lab: Lab): void {
  lab.mustHost('making the directories', ['mkdir', '-p', '/srv/shop/caddy']);
  lab.writeFile(SECRET, 'a-password-of-the-lab\n', '400');
  lab.mustHost('giving the password to its reader', ['chown', `${PROFILES.db.user.uid}`, SECRET]);
  lab.mustHost('giving the folder to Caddy', ['chown', PROFILES.caddy.user.text, '/srv/shop/caddy']);
  lab.writeFile('/srv/shop/nginx.conf', NGINX);
  lab.writeFile('/srv/shop/Caddyfile', CADDY);
  lab.writeFile('/srv/shop/prometheus.yml', PROMETHEUS);
  lab.writeFile('/srv/shop/healthcheck.sh', HEALTHCHECK, '755');
}

/** A program that is marked with an effective capability starts only where the container may have it, and holds nothing then. */
function marked(checks: Checks, lab: Lab): void {
  const version = (...more: string[]) =>
    lab.host([
      'docker',
      'run',
      '--rm',
      '--network',
      'none',
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges:true',
      ...more,
      IMAGE,
      'caddy',
      'version',
    ]);
  const refused = [version('--user', '10001:10001'), version()];
  checks.shown('control: without the capability nobody can execute the program of Caddy, root neither', refused.every(({ code, stderr }) => code !== 0 && /operation not permitted/.test(stderr)), JSON.stringify(refused)); // prettier-ignore
  const allowed = version('--user', '10001:10001', '--cap-add', 'NET_BIND_SERVICE');
  checks.shown('with it another user can', allowed.code === 0, allowed.stderr);
}

/** Every process is the user of the profile and holds no capability. */
function processes(checks: Checks, lab: Lab, name: Name): void {
  const { uid, gid } = PROFILES[name].user;
  const text = inside(lab, name, 'cat /proc/[0-9]*/status');
  const users = [...text.matchAll(/^Uid:\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\nGid:\s+(\d+)/gm)].map(([, ...numbers]) => numbers);
  const isUser =
    users.length > 1 && users.every((numbers) => numbers.slice(0, 4).every((number) => number === `${uid}`) && numbers[4] === `${gid}`);
  const held = sets(text).flatMap(({ effective, permitted, ambient }) => [...effective, ...permitted, ...ambient]);
  checks.shown(`${name}: each of its processes is ${uid}:${gid} and holds no capability`, isUser && held.length === 0, text);
  const touched = inside(lab, name, 'touch /outside /usr/outside 2>&1');
  checks.shown(`${name}: its root file system is read-only`, (touched.match(/Read-only file system/g) ?? []).length === 2, touched);
}

const PSQL = `PGPASSWORD=$(cat ${PASSWORD_FILE}) psql -h 127.0.0.1 -U postgres -tA -c`;
const SQL = 'mariadb --socket=/run/mysqld/mysqld.sock -uroot -e';

/** What is written, and how it is asked for. */
const KEPT: readonly { readonly name: Name; readonly write: string; readonly ask: string; readonly answer: string }[] = [
  {
    name: 'db',
    write: `${PSQL} "create table orders as select 'a wheel' as thing"`,
    ask: `${PSQL} 'select thing from orders'`,
    answer: 'a wheel',
  },
  {
    name: 'maria',
    write: `${SQL} "create database shop; create table shop.orders as select 'a wheel' as thing"`,
    ask: `${SQL} 'select thing from shop.orders'`,
    answer: 'a wheel',
  },
  { name: 'cache', write: "redis-cli set order 'a wheel' && redis-cli save", ask: 'redis-cli get order', answer: 'a wheel' },
  { name: 'metrics', write: 'echo a wheel >/prometheus/order', ask: 'ls /prometheus/wal && cat /prometheus/order', answer: 'a wheel' },
];

function written(checks: Checks, lab: Lab): void {
  for (const { name, write, ask, answer } of KEPT) {
    const said = inside(lab, name, write);
    checks.shown(
      `${name}: it writes its data`,
      inside(lab, name, ask).includes(answer),
      () => said + inside(lab, name, ask) + logs(lab, name),
    );
  }
  const page = (name: Name) => inside(lab, name, 'curl -s http://127.0.0.1/');
  checks.shown(
    'web and caddy answer on port 80, as another user than root',
    page('web') === 'a page' && page('caddy') === 'a page',
    page('web') + page('caddy'),
  );
  checks.shown('Caddy keeps its files at the path of its data', patiently(() => inside(lab, 'caddy', 'ls /data/caddy/pki/authorities/local').includes('root.key'), 20), () => inside(lab, 'caddy', 'ls -lR /data') + logs(lab, 'caddy')); // prettier-ignore
}

/** Each path of a profile is needed: without it the program does not start. */
function paths(checks: Checks, lab: Lab): void {
  const { uid, gid } = PROFILES.web.user;
  const nginx = (...tmpfs: string[]) =>
    lab.host(['docker', 'run', '--rm', '--network', 'none', '--read-only', '--user', `${uid}:${gid}`, ...tmpfs.flatMap((target) => ['--tmpfs', `${target}:mode=1777`]), '-v', '/srv/shop/nginx.conf:/etc/nginx/nginx.conf:ro', IMAGE, 'nginx', '-e', 'stderr', '-t']); // prettier-ignore
  const cases = [nginx('/run', '/var/cache/nginx'), nginx('/run'), nginx('/var/cache/nginx')].map(({ code, stderr }) =>
    code === 0 ? 'starts' : /Read-only file system|Permission denied/.test(stderr) ? 'refused' : stderr,
  );
  checks.shown('control: nginx needs /run and /var/cache/nginx', cases.join() === 'starts,refused,refused', cases.join());
}

/** The line about images. */
function verified(lab: Lab, deployment: Deployment): string {
  const script = fs.readFileSync(path.join(deployment.hostFiles, 'verify.sh'), 'utf8').replace(/^look .*\n/gm, '');
  lab.writeFile('/lab/verify.sh', script);
  const { stdout, stderr } = lab.host(['sh', '/lab/verify.sh'], { timeout: 120_000 });
  return /^(PASS|SKIP|FAIL) image .*$/m.exec(stdout)?.[0] ?? stdout + stderr;
}

function inside(lab: Lab, name: Name, line: string): string {
  const { stdout, stderr } = lab.host(['docker', 'exec', `app-${name}`, 'sh', '-c', line]);
  return stdout + stderr;
}

function health(lab: Lab, name: Name): string {
  return lab
    .host(['docker', 'inspect', '--format', '{{.State.Status}} {{.State.Health.Status}}', `app-${name}`])
    .stdout.trim()
    .replace(/^running /, '');
}

function logs(lab: Lab, name: Name): string {
  const { stdout, stderr } = lab.host(['docker', 'logs', '--tail', '15', `app-${name}`]);
  const checked = lab.host(['docker', 'inspect', '--format', '{{json .State.Health.Log}}', `app-${name}`]).stdout.slice(-600);
  return `\n--- ${name}\n${stdout}${stderr}${checked}`;
}

function patiently(holds: () => boolean, seconds = 150): boolean {
  for (const until = Date.now() + seconds * 1000; Date.now() < until; sleep(1000)) {
    if (holds()) return true;
  }
  return false;
}
