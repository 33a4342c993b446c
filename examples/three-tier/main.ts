/**
 * A three-tier application: a front end in the DMZ, an API behind it, and a database behind the API.
 *
 * Only three flows exist: LAN → front end on 443, front end → API on 8080, API → database on 5432. Everything else is closed.
 */
import { App, TerraformOutput, TerraformStack } from 'cdktf';
import {
  Cidr,
  ConnectionRate,
  ContainerImage,
  DaemonConnection,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  HealthCheck,
  Peer,
  Port,
  ThreeTierNetwork,
} from 'cdktf-docker-bulkhead';
import { Construct } from 'constructs';
import { image } from './images';

/** What differs between your machine, the next one and the tests. */
const settings = {
  engine: process.env.SHOP_ENGINE ?? '28.5',
  hostAddress: process.env.SHOP_HOST_ADDRESS ?? '192.0.2.10',
  /** Who may use the shop. */
  customers: process.env.SHOP_CUSTOMERS ?? '192.0.2.20/32',
  dockerHost: process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock',
};

class ThreeTierStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    const daemon = new HardenedDaemon(this, 'Host', {
      engine: EngineVersion.of(settings.engine),
      hostAddress: settings.hostAddress,
      addressPool: Cidr.parse('10.20.0.0/16'),
      connection: DaemonConnection.fromUrl(settings.dockerHost),
    });

    const tiers = new ThreeTierNetwork(this, 'Shop', { daemon });

    const db = new HardenedContainer(this, 'Db', {
      segment: tiers.data,
      image: image('db'),
      defaultPort: Port.tcp(5432),
    });
    const api = new HardenedContainer(this, 'Api', {
      segment: tiers.app,
      image: image('api'),
      defaultPort: Port.tcp(8080),
      environment: { DB_HOST: db.dnsName },
      healthCheck: HealthCheck.command(['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/health']),
    });
    const web = new HardenedContainer(this, 'Web', {
      segment: tiers.dmz,
      image: image('web'),
      environment: { API_HOST: api.dnsName },
    });

    web.publish(Port.tcp(443), {
      targetPort: Port.tcp(8443),
      hostAddress: settings.hostAddress,
      sources: [Peer.cidr(settings.customers)],
      rate: ConnectionRate.perSecond(50),
    });
    web.connections.allowTo(api, Port.tcp(8080));
    api.connections.allowTo(db, Port.tcp(5432));

    // For the user data of any virtual machine; the same is in cdktf.out/stacks/three-tier/bulkhead/three-tier--Host/.
    // For the `user_data_base64` of a virtual machine, or its like.
    new TerraformOutput(this, 'user-data', { value: daemon.userDataGzipBase64, sensitive: true });
  }
}

const app = new App();
new ThreeTierStack(app, 'three-tier');
app.synth();
