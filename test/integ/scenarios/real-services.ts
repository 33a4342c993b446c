// Debian's real nginx and PostgreSQL under the defaults of HardenedContainer: no capability, a read-only root, a plain user. A query travels from a
// client over nginx to the database, and what was written is still there after the database's container was replaced.
import { BridgeSegment, ContainerImage, ContainerUser, DataVolume, HardenedContainer, Peer, Port, VolumeMount } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { needService, serviceTar, userId } from '../harness/generate-images';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

const SECRET = '/srv/shop/db-password';
const PASSWORD_FILE = '/secrets/db-password';
const DATA = '/var/lib/postgresql';

const NGINX_CONF = `
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi; uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
  server { listen 8080; root /srv/www; }
}
stream {
  resolver 127.0.0.11 ipv6=off valid=1s;
  server { listen 8432; set $database app-db:5432; proxy_pass $database; }
}
`;

/** What the entry point of PostgreSQL's usual image does, in short. */
const POSTGRES = `
set -e
PATH=/usr/lib/postgresql/15/bin:$PATH
if [ ! -s ${DATA}/data/PG_VERSION ]; then
  initdb -D ${DATA}/data -U shop --auth=scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE" -E UTF8 --locale=C.UTF-8 --no-sync
  echo 'host all all all scram-sha-256' >> ${DATA}/data/pg_hba.conf
fi
exec postgres -D ${DATA}/data -c listen_addresses='*' -c unix_socket_directories=/tmp
`;

function programOf(lab: Lab, edition: string): Program {
  const image = (name: string) =>
    ContainerImage.fromId(
      lab.engine.running ? lab.host(['docker', 'image', 'inspect', '--format', '{{.Id}}', name]).stdout.trim() || NONE : NONE,
    );
  return ({ stack, daemon }) => {
    const front = new BridgeSegment(stack, 'Front', { daemon });
    const middle = new BridgeSegment(stack, 'Middle', { daemon });
    const back = new BridgeSegment(stack, 'Back', { daemon });
    const secret = VolumeMount.hostPath(SECRET, PASSWORD_FILE);
    const data = new DataVolume(stack, 'Data', { daemon });
    const proxy = new HardenedContainer(stack, 'Proxy', {
      segment: middle,
      image: image('nginx:1'),
      entrypoint: ['/usr/sbin/nginx', '-e', 'stderr', '-c', '/srv/nginx.conf'],
      command: [],
      volumes: [VolumeMount.hostPath('/srv/shop/nginx.conf', '/srv/nginx.conf'), VolumeMount.hostPath('/srv/shop/www', '/srv/www')],
    });
    const db = new HardenedContainer(stack, 'Db', {
      segment: back,
      image: image('postgresql:1'),
      user: ContainerUser.of(userId('postgresql', 'postgres')),
      entrypoint: ['/bin/sh', '-c', POSTGRES],
      command: [],
      environment: { POSTGRES_PASSWORD_FILE: PASSWORD_FILE, EDITION: edition },
      volumes: [secret, VolumeMount.volume(data, DATA)],
      defaultPort: Port.tcp(5432),
    });
    const client = new HardenedContainer(stack, 'Client', {
      segment: front,
      image: image('postgresql:1'),
      user: ContainerUser.of(userId('postgresql', 'postgres')),
      entrypoint: ['/bin/sleep', 'infinity'],
      command: [],
      volumes: [secret],
    });
    client.connections.allowTo(proxy, Port.tcp(8432));
    proxy.connections.allowTo(db);
    proxy.publish(Port.tcp(80), { targetPort: Port.tcp(8080), hostAddress: HOST_ADDRESS, sources: [Peer.address(NET.lanA)] });
  };
}

const NONE = `sha256:${'0'.repeat(64)}`;

export async function prepare(): Promise<void> {
  needService('nginx');
  needService('postgresql');
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(lab, 'one'));
    lab.mustHost('making the directories', ['mkdir', '-p', '/srv/shop/www']);
    lab.writeFile(SECRET, 'a-password-of-the-lab\n', '400');
    lab.mustHost('giving the password to its reader', ['chown', `${userId('postgresql', 'postgres')}`, SECRET]);
    lab.writeFile('/srv/shop/nginx.conf', NGINX_CONF);
    lab.writeFile('/srv/shop/www/index.html', 'a page of the shop\n');
    deployment.synth();
    deployment.install();
    lab.startEngine();
    deployment.watch();
    for (const service of ['nginx', 'postgresql'] as const) lab.importImage(`${service}:1`, serviceTar(service));
    deployment.apply();

    const sql = (query: string, server = 'app-proxy', port = 8432) =>
      lab.host([
        'docker',
        'exec',
        'app-client',
        'sh',
        '-c',
        `PGCONNECT_TIMEOUT=3 PGPASSWORD=$(cat ${PASSWORD_FILE}) psql -h "$1" -p "$2" -U shop -d postgres -tA -c "$3"`,
        'sh',
        server,
        String(port),
        query,
      ]);
    const ready = patiently(() => sql('select 1').stdout.trim() === '1');
    checks.shown('a query goes from the client over nginx to PostgreSQL', ready, () => sql('select 1').stderr + logs(lab));
    if (!ready) return;
    const written = sql("create table orders (thing text); insert into orders values ('a wheel')");
    checks.shown('a row is written', written.code === 0, written.stderr);
    const inside = lab.host([
      'docker',
      'exec',
      'app-db',
      'sh',
      '-c',
      'id -un; grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/1/status; touch /outside 2>&1',
    ]).stdout;
    const hardened =
      /^postgres$/m.test(inside) &&
      /CapEff:\s*0+$/m.test(inside) &&
      /CapBnd:\s*0+$/m.test(inside) &&
      /NoNewPrivs:\s*1/.test(inside) &&
      /Read-only/.test(inside);
    checks.shown('PostgreSQL runs as its user, without capabilities, on a read-only root', hardened, inside);

    const page = fetchPage(lab, 'lanA');
    checks.shown('the page is served to the allowed source', page.includes('a page of the shop'), page + logs(lab));
    checks.shown('and to nobody else', !fetchPage(lab, 'lanB').includes('shop'));
    const probes = new Probes(lab);
    const address = JSON.parse(lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', 'app-db')) as Record<
      string,
      { IPAddress: string }
    >;
    const db = Object.values(address)[0].IPAddress;
    const direct = probes.one({ container: 'app-client' }, { proto: 'tcp', dst: db, port: 5432, timeoutMs: 1500 });
    const around = probes.one({ container: 'app-client' }, { proto: 'tcp', dst: db, port: 5432, timeoutMs: 1500, device: 'eth0' });
    const back = probes.one(
      { container: 'app-db' },
      { proto: 'tcp', dst: containerAddress(lab, 'app-proxy', 'app-back'), port: 8080, timeoutMs: 1500 },
    );
    const closed = [direct, around, back].every(({ outcome }) => outcome !== 'open' && outcome !== 'refused');
    checks.shown('the client does not reach the database itself, nor the database nginx', closed, JSON.stringify([direct, around, back]));

    const id = () => lab.docker('inspect', '--format', '{{.Id}}', 'app-db');
    const before = id();
    deployment.change(programOf(lab, 'two'));
    checks.shown("the database's container was replaced", id() !== before);
    const read = patiently(() => sql('select thing from orders').stdout.trim() === 'a wheel');
    checks.shown('and what was written is still there', read, () => sql('select thing from orders').stderr + logs(lab));
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
  });
}

function fetchPage(lab: Lab, from: 'lanA' | 'lanB'): string {
  const program =
    'import http.client, sys; c = http.client.HTTPConnection(sys.argv[1], 80, timeout=5); c.request("GET", "/"); print(c.getresponse().read().decode())';
  const { stdout, stderr } = lab.inNs(from, ['python3', '-c', program, HOST_ADDRESS]);
  return stdout + stderr;
}

function containerAddress(lab: Lab, name: string, network: string): string {
  const networks = JSON.parse(lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', name)) as Record<
    string,
    { IPAddress: string }
  >;
  return networks[network].IPAddress;
}

function logs(lab: Lab): string {
  return ['app-proxy', 'app-db', 'app-client']
    .map((name) => {
      const { stdout, stderr } = lab.host(['docker', 'logs', '--tail', '15', name]);
      return `\n--- ${name}\n${stdout}${stderr}`;
    })
    .join('');
}

/** A database takes its time to be made. */
function patiently(holds: () => boolean, seconds = 120): boolean {
  for (const until = Date.now() + seconds * 1000; Date.now() < until; sleep(500)) {
    if (holds()) return true;
  }
  return false;
}
