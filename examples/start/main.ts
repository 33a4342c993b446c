import { App, TerraformStack } from 'cdktf';
import {
  Cidr,
  ConnectionRate,
  ContainerImage,
  DataVolume,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  ImageBase,
  ImageProfile,
  Peer,
  Port,
  SecretFile,
  ThreeTierNetwork,
  VolumeMount,
} from 'cdktf-docker-bulkhead';

const app = new App();
const stack = new TerraformStack(app, 'shop');

const daemon = new HardenedDaemon(stack, 'Host', {
  engine: EngineVersion.V28, // the Docker Engine on the host: 28.2 or later
  hostAddress: '192.0.2.10', // the address of the host that users connect to
  addressPool: Cidr.parse('10.20.0.0/16'), // container networks take their blocks from here
});

const tiers = new ThreeTierNetwork(stack, 'Tiers', { daemon }); // tiers.dmz, tiers.app, tiers.data

// With a digest (name@sha256:…) no reason is needed: a tag can be moved to another image.
const tagReason = 'first steps, digests follow';
const web = new HardenedContainer(stack, 'Web', {
  segment: tiers.dmz,
  image: ContainerImage.fromRegistry('nginxinc/nginx-unprivileged:1.27', { tagReason }),
});
const api = new HardenedContainer(stack, 'Api', {
  segment: tiers.app,
  image: ContainerImage.fromRegistry('hashicorp/http-echo:1.0', { tagReason }),
  command: ['-text=hello'],
});
const password = new SecretFile(stack, 'Password', { daemon, secretName: 'db-password' }); // the value is only on the host
const postgres = ImageProfile.postgres({ major: 17, builtOn: ImageBase.DEBIAN }); // the user, the folders and the port of the image
const db = new HardenedContainer(stack, 'Db', {
  segment: tiers.data,
  image: ContainerImage.fromRegistry('postgres:17', { tagReason }),
  profile: postgres,
  environment: { POSTGRES_PASSWORD_FILE: password.filePath },
  secrets: { files: [password] },
  volumes: [VolumeMount.volume(new DataVolume(stack, 'DbData', { daemon }), postgres.dataPath)],
});

web.publish(Port.tcp(8080), {
  hostAddress: '192.0.2.10',
  sources: [Peer.anyIpv4()],
  rate: ConnectionRate.perSecond(50),
});
web.connections.allowTo(api, Port.tcp(5678));
api.connections.allowTo(db, Port.tcp(5432));
// web.connections.allowTo(db, Port.tcp(5432)) throws: [shop/Web] 'Tiers' forbids DMZ to DATA; … (TierForbidsFlow)

app.synth();
