/**
 * Nextcloud with MariaDB, behind nginx with TLS. Files and the database are on volumes, passwords in files that this program does not read.
 *
 * Five flows exist: the LAN → nginx on 443, nginx → Nextcloud, Nextcloud → MariaDB, Nextcloud → the internet on 443 for its apps, and Nextcloud → a
 * resolver.
 */
import { App, TerraformStack } from 'cdktf';
import {
  Cidr,
  ConfigFile,
  ContainerImage,
  DataVolume,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  ImageProfile,
  NextcloudVariant,
  Peer,
  Port,
  SecretFile,
  Suppressions,
  ThreeTierNetwork,
  VolumeMount,
} from 'cdktf-docker-bulkhead';

const app = new App();
const stack = new TerraformStack(app, 'cloud');
const image = (name: string) =>
  ContainerImage.fromRegistry(name, { tagReason: 'an example; write name@sha256:… for the image that you tried' });

const hostAddress = '192.0.2.10';
const daemon = new HardenedDaemon(stack, 'Host', {
  engine: EngineVersion.V28,
  hostAddress,
  addressPool: Cidr.parse('10.20.0.0/16'),
  auditRules: true,
});
const tiers = new ThreeTierNetwork(stack, 'Tiers', { daemon });

const rootPassword = new SecretFile(stack, 'RootPassword', { daemon, secretName: 'mariadb-root' });
const password = new SecretFile(stack, 'Password', { daemon, secretName: 'mariadb-nextcloud' });
const adminPassword = new SecretFile(stack, 'AdminPassword', { daemon, secretName: 'nextcloud-admin' });

const database = { name: 'nextcloud', user: 'nextcloud' };
const mariadb = ImageProfile.mariadb();
const db = new HardenedContainer(stack, 'Db', {
  segment: tiers.data,
  image: image('mariadb:11.4'),
  profile: mariadb,
  environment: {
    MARIADB_DATABASE: database.name,
    MARIADB_USER: database.user,
    MARIADB_PASSWORD_FILE: password.filePath,
    MARIADB_ROOT_PASSWORD_FILE: rootPassword.filePath,
  },
  secrets: { files: [password, rootPassword] },
  volumes: [VolumeMount.volume(new DataVolume(stack, 'DbData', { daemon }), mariadb.dataPath)],
});

const apache = ImageProfile.nextcloud({ variant: NextcloudVariant.APACHE });
const nextcloud = new HardenedContainer(stack, 'Nextcloud', {
  segment: tiers.app,
  image: image('nextcloud:33-apache'),
  profile: apache,
  environment: {
    MYSQL_HOST: db.dnsName,
    MYSQL_DATABASE: database.name,
    MYSQL_USER: database.user,
    MYSQL_PASSWORD_FILE: password.filePath,
    NEXTCLOUD_ADMIN_USER: 'admin',
    NEXTCLOUD_ADMIN_PASSWORD_FILE: adminPassword.filePath,
    NEXTCLOUD_TRUSTED_DOMAINS: 'cloud.example.com',
    OVERWRITEPROTOCOL: 'https',
  },
  secrets: { files: [password, adminPassword] },
  volumes: [
    VolumeMount.volume(new DataVolume(stack, 'Html', { daemon }), apache.dataPath),
    VolumeMount.hostDirectory('/srv/cloud/data', `${apache.dataPath}/data`, { mode: '0770' }), // the files of users; the host creates it
  ],
});
nextcloud.startAfter(db, { healthy: true });

const web = new HardenedContainer(stack, 'Web', {
  segment: tiers.dmz,
  image: image('nginx:1.29'),
  profile: ImageProfile.nginx({ port: 8080 }),
  configFiles: { files: [ConfigFile.fromFile('/etc/nginx/conf.d/cloud.conf', 'cloud.conf', { values: { nextcloud: nextcloud.dnsName } })] },
  volumes: [VolumeMount.hostPath('/srv/cloud/tls', '/etc/nginx/tls')], // cert.pem and key.pem, which group 101 may read
});
web.startAfter(nextcloud, { healthy: true });

web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress, sources: [Peer.cidr('192.0.2.0/24')] });
web.connections.allowTo(nextcloud);
nextcloud.connections.allowTo(db);
nextcloud.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
nextcloud.connections.allowDnsTo(Peer.address('192.0.2.1'));
Suppressions.of(web).add({ ruleId: 'BH-P02', reason: 'it is the public entry point of the host' });

app.synth();
