// A mail server of a dozen services. Most of its images start as root and keep a supervisor of root. Those of its services that control others by the socket
// of the engine (dockerapi, ofelia, watchdog), or the firewall of the host (netfilter), are left out: the guard does what netfilter is for, and no proxy
// passes `exec`.
import { image, LAN, PUBLIC, type PublicStack, RESOLVER } from './stack';
import {
  BridgeSegment,
  Capability,
  ContainerSysctl,
  ContainerUser,
  DataVolume,
  HardenedContainer,
  type HardenedContainerProps,
  HealthCheck,
  ImageBase,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  VolumeMount,
  WorkloadGroup,
} from '../../src';

const { CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID } = Capability;
const PREPARES = [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID];
const CONFIG = '/srv/mailcow';

/** How an image of mailcow starts. */
interface Start {
  readonly entry: string;
  readonly command: string[];
  /** Whether it drops root for good; otherwise a supervisor stays. */
  readonly drops?: boolean;
  readonly capabilities?: Capability[];
}

const supervisor = (capabilities: Capability[] = []): Start => ({ entry: '/docker-entrypoint.sh', command: ['/usr/bin/supervisord', '-c', '/etc/supervisor/supervisord.conf'], capabilities }); // prettier-ignore

export const mailcow: PublicStack = {
  dualStack: true,
  program: ({ stack, daemon }) => {
    const segment = new BridgeSegment(stack, 'Mailcow', { daemon });
    const timeZone = 'Europe/Berlin';
    const rootPassword = new SecretFile(stack, 'DbRoot', { daemon });
    const password = new SecretFile(stack, 'DbPassword', { daemon });
    const database = { name: 'mailcow', user: 'mailcow' };
    const volume = (id: string) => new DataVolume(stack, id, { daemon });
    const settings = (name: string, target: string) => VolumeMount.hostPath(`${CONFIG}/conf/${name}`, target);
    const written = (name: string, target: string) => VolumeMount.hostDirectory(`${CONFIG}/${name}`, target, { mode: '0755' });
    const hosts = (seconds = 60) => ({ startPeriodSeconds: seconds });
    const answers = (...ports: number[]) => HealthCheck.shell(ports.map((port) => `/usr/bin/nc -z 127.0.0.1 ${port}`).join(' && '), hosts(120)); // prettier-ignore

    const mysqlImage = ImageProfile.mariadb();
    const mysql = new HardenedContainer(stack, 'Mysql', {
      segment,
      image: image('mariadb:10.11'),
      profile: mysqlImage,
      timeZone,
      environment: {
        MYSQL_ROOT_PASSWORD_FILE: rootPassword.filePath,
        MYSQL_PASSWORD_FILE: password.filePath,
        MYSQL_DATABASE: database.name,
        MYSQL_USER: database.user,
      },
      secrets: { files: [rootPassword, password] },
      volumes: [VolumeMount.volume(volume('MysqlData'), mysqlImage.dataPath), settings('mysql', '/etc/mysql/conf.d')],
    });
    const redisImage = ImageProfile.redis({ builtOn: ImageBase.ALPINE });
    const redis = new HardenedContainer(stack, 'Redis', {
      segment,
      image: image('redis:7-alpine'),
      profile: redisImage,
      timeZone,
      sysctls: [ContainerSysctl.somaxconn(4096)],
      volumes: [VolumeMount.volume(volume('RedisData'), redisImage.dataPath)],
    });
    const memcached = new HardenedContainer(stack, 'Memcached', {
      segment,
      image: image('memcached:1.6-alpine'),
      user: ContainerUser.of(11_211),
      healthCheck: HealthCheck.shell('/usr/bin/nc -z 127.0.0.1 11211'),
      defaultPort: Port.tcp(11_211),
    });

    const rootOf = ({ drops = false }: Start) =>
      drops
        ? ContainerUser.rootAtStart({ reason: 'the image sets owners, and then drops root for good' })
        : ContainerUser.root({ reason: 'the image has a supervisor, which stays root' });
    /** An image of mailcow. They take the password of the database by a variable alone, so the shell sets it from the file. */
    const service = (id: string, name: string, start: Start, { environment, volumes = [], ...more }: Partial<HardenedContainerProps>) =>
      new HardenedContainer(stack, id, {
        segment,
        image: image(`mailcow/${name}`),
        aliases: [id.toLowerCase()],
        user: rootOf(start),
        capabilities: [...PREPARES, ...(start.capabilities ?? [])],
        writableRootReason: 'the entry point writes the settings of its services',
        timeZone,
        entrypoint: environment?.DBPASS_FILE === undefined ? [start.entry] : ['/bin/sh', '-c', 'DBPASS="$(cat "$DBPASS_FILE")" exec "$0" "$@"', start.entry], // prettier-ignore
        command: start.command,
        environment,
        secrets: environment?.DBPASS_FILE === undefined ? undefined : { files: [password] },
        volumes,
        ...more,
      });
    const sql = { DBNAME: database.name, DBUSER: database.user, DBHOST: mysql.dnsName, DBPASS_FILE: password.filePath, REDISHOST: redis.dnsName }; // prettier-ignore

    const unbound = service('Unbound', 'unbound:1.23', supervisor(), {
      volumes: [settings('unbound', '/etc/unbound/conf.d')],
      healthCheck: HealthCheck.command(['/healthcheck.sh'], hosts()),
    });
    const clamd = service('Clamd', 'clamd:1.66', { entry: '/clamd.sh', command: [], capabilities: [KILL] }, {
      volumes: [VolumeMount.volume(volume('ClamdDb'), '/var/lib/clamav')],
      limits: { memoryMebibytes: 2048 },
      healthCheck: answers(3310),
      defaultPort: Port.tcp(3310),
    }); // prettier-ignore
    const rspamdData = volume('RspamdData');
    const rspamd = service('Rspamd', 'rspamd:1.98', { entry: '/docker-entrypoint.sh', command: ['/usr/bin/rspamd', '-f'], drops: true }, {
      environment: { REDISHOST: redis.dnsName },
      hostname: 'rspamd',
      stopTimeoutSeconds: 30,
      volumes: [VolumeMount.volume(rspamdData, '/var/lib/rspamd'), written('conf/rspamd/custom', '/etc/rspamd/custom')],
      healthCheck: answers(11_334),
      defaultPort: Port.tcp(11_334),
    }); // prettier-ignore
    const sogoSettings = 'conf/sogo';
    const php = service('Phpfpm', 'phpfpm:1.91', { entry: '/docker-entrypoint.sh', command: ['php-fpm', '-d', 'expose_php=0'], capabilities: [KILL] }, {
      environment: sql,
      volumes: [written('web', '/web'), VolumeMount.volume(rspamdData, '/var/lib/rspamd'), written(sogoSettings, '/etc/sogo')],
      healthCheck: answers(9001, 9002),
      defaultPort: Port.tcp(9002),
    }); // prettier-ignore
    const sogo = service('Sogo', 'sogo:1.129', supervisor(), {
      environment: sql,
      labels: { 'ofelia.enabled': 'false' },
      volumes: [written(sogoSettings, '/etc/sogo'), VolumeMount.volume(volume('SogoWeb'), '/sogo_web')],
      healthCheck: answers(20_000),
      defaultPort: Port.tcp(20_000),
    });
    const certificates = VolumeMount.hostPath(`${CONFIG}/assets/ssl`, '/etc/ssl/mail');
    const crypt = volume('Crypt');
    const chroot = Capability.of('SYS_CHROOT', { reason: 'its processes lock themselves into empty folders' });
    const dovecot = service('Dovecot', 'dovecot:1.31', supervisor([KILL, chroot]), {
      environment: sql,
      terminal: { tty: true },
      limits: { memoryMebibytes: 512, ulimits: [{ limitName: 'nproc', soft: 65_535, hard: 65_535 }, { limitName: 'nofile', soft: 20_000, hard: 40_000 }] }, // prettier-ignore
      volumes: [
        written('conf/dovecot', '/etc/dovecot'),
        written(sogoSettings, '/etc/sogo'),
        certificates,
        VolumeMount.volume(volume('Vmail'), '/var/vmail'),
        VolumeMount.volume(volume('VmailIndex'), '/var/vmail_index'),
        VolumeMount.volume(crypt, '/mail_crypt'),
      ],
      healthCheck: answers(143, 24, 4190),
    });
    const postfix = service('Postfix', 'postfix:1.77', supervisor([KILL, chroot]), {
      environment: sql,
      volumes: [
        written('conf/postfix', '/opt/postfix/conf'),
        certificates,
        VolumeMount.volume(volume('Spool'), '/var/spool/postfix'),
        VolumeMount.volume(crypt, '/var/lib/zeyple'),
      ],
      healthCheck: answers(25, 588),
    });
    const nginx = new HardenedContainer(stack, 'Nginx', {
      segment,
      image: image('nginx:1.29-alpine'),
      profile: ImageProfile.nginx(),
      timeZone,
      volumes: [VolumeMount.hostPath(`${CONFIG}/web`, '/web'), certificates, settings('nginx', '/etc/nginx/conf.d')],
    });
    const acme = service('Acme', 'acme:1.91', { entry: '/sbin/tini', command: ['-g', '--', '/srv/docker-entrypoint.sh'] }, {
      environment: sql,
      volumes: [written('assets/ssl', '/var/lib/acme')],
      init: false,
      healthCheck: HealthCheck.none({ reason: 'it sleeps between two renewals' }),
    }); // prettier-ignore

    // Who waits for whom, and for what.
    for (const one of [php, sogo, dovecot, postfix, acme]) one.startAfter(mysql, { healthy: true });
    for (const one of [rspamd, php, sogo, dovecot, postfix]) one.startAfter(redis, { healthy: true });
    nginx.startAfter(php, { healthy: true });
    nginx.startAfter(sogo, { healthy: true });

    for (const port of [143, 993, 110, 995, 4190]) dovecot.publish(Port.tcp(port), PUBLIC);
    for (const port of [25, 465, 587]) postfix.publish(Port.tcp(port), PUBLIC);
    for (const port of [80, 443]) nginx.publish(Port.tcp(port), PUBLIC);
    dovecot.publish(Port.tcp(19_991), { targetPort: Port.tcp(12_345) }); // from the host alone
    mysql.publish(Port.tcp(13_306), { ...LAN, targetPort: Port.tcp(3306) });

    const users = new WorkloadGroup(stack, 'Users', { members: [php, sogo, dovecot, postfix, acme] });
    users.connections.allowTo(mysql);
    users.connections.allowTo(redis);
    rspamd.connections.allowTo(redis);
    for (const peer of [php, sogo, rspamd]) nginx.connections.allowTo(peer);
    for (const port of [12_345, 4190]) php.connections.allowTo(dovecot, Port.tcp(port));
    sogo.connections.allowTo(memcached);
    for (const port of [143, 4190]) sogo.connections.allowTo(dovecot, Port.tcp(port));
    sogo.connections.allowTo(postfix, Port.tcp(588));
    postfix.connections.allowTo(rspamd, Port.tcp(9900));
    postfix.connections.allowTo(dovecot, Port.tcp(24));
    dovecot.connections.allowTo(postfix, Port.tcp(590));
    rspamd.connections.allowTo(clamd);
    postfix.connections.allowTo(Peer.anyIpv4(), Port.tcp(25));
    for (const one of [acme, clamd, rspamd, php]) one.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    for (const one of [postfix, acme, clamd, rspamd, php, sogo, dovecot, nginx]) {
      one.startAfter(unbound, { healthy: true });
      one.connections.allowDnsTo(unbound);
    }
    unbound.connections.allowDnsTo(RESOLVER);
  },
};
