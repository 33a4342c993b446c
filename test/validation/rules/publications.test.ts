import { Container } from '@cdktf/provider-docker/lib/container';
import { TerraformStack } from 'cdktf';
import {
  ContainerImage,
  EncryptedOverlay,
  HardenedContainer,
  HardenedService,
  NetworkExposure,
  Peer,
  Port,
  PublishMode,
  type Rule,
  BridgeSegment,
} from '../../../src';
import { hostAddressKind } from '../../../src/validation/private/host-address';
import { isInternet } from '../../../src/validation/private/internet';
import { innerPortPublished } from '../../../src/validation/rules/publications/inner-port-published';
import { pastForeignFirewall } from '../../../src/validation/rules/publications/past-foreign-firewall';
import { plainService } from '../../../src/validation/rules/publications/plain-service';
import { privilegedHostPort } from '../../../src/validation/rules/publications/privileged-host-port';
import { publishAllPorts } from '../../../src/validation/rules/publications/publish-all-ports';
import { servicePublished } from '../../../src/validation/rules/publications/service-published';
import { wildcardAddress } from '../../../src/validation/rules/publications/wildcard-address';
import { HOST_ADDRESS, IMAGE, Program } from '../../support/programs';
import { findingsOf, short } from '../../support/raw-stack';
import { SwarmProgram } from '../../support/swarms';
import { Unguarded } from '../../support/unguarded';
import { ofContainer, verdict } from '../../support/verdict';

const ports = (...list: object[]) => ({ ports: list });
const ofService = (rule: Rule, ...list: object[]) =>
  verdict(rule, { docker_service: { web: { name: 'web', task_spec: {}, endpoint_spec: { ports: list } } } });
const HTTPS = { internal: 8443, external: 8443 };

describe('what Docker takes an address for', () => {
  test.each(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::0', '::ffff:0.0.0.0', '', '0', ' 0.0.0.0', '*', 'eth0', '010.0.0.1', '::%eth0'])(
    '%j is every one',
    (text) => {
      expect(hostAddressKind(text)).toBe('wildcard');
    },
  );

  test.each(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])('%j is loopback', (text) => {
    expect(hostAddressKind(text)).toBe('loopback');
  });

  test.each(['192.0.2.10', '128.0.0.1', '2001:db8::1', '::2', '::ffff:192.0.2.1'])('%j is neither', (text) => {
    expect(hostAddressKind(text)).toBe('other');
  });
});

describe('what is the internet', () => {
  test.each([[['0.0.0.0/0']], [['::/0']], [['0.0.0.0/1', '128.0.0.0/1']], [['10.0.0.0/8', '64.0.0.0/4']], [['2000::/4']]])(
    '%j',
    (blocks) => {
      expect(isInternet(blocks)).toBe(true);
    },
  );

  test.each([
    [[]],
    [['10.0.0.0/8', '192.168.0.0/16', '172.16.0.0/12']],
    [['198.51.100.0/24']],
    [['17.0.0.0/8']],
    [['fc00::/7']],
    [['2001:db8::/32']],
  ])('not %j', (blocks) => {
    expect(isInternet(blocks)).toBe(false);
  });
});

describe('BH-P01 port published on every address of the host', () => {
  test.each([
    [HTTPS, 'tcp/8443 on 0.0.0.0'],
    [{ ...HTTPS, ip: null }, 'tcp/8443 on 0.0.0.0'],
    [{ ...HTTPS, ip: '' }, 'tcp/8443 on 0.0.0.0'],
    [{ ...HTTPS, ip: '0.0.0.0', protocol: 'UDP' }, 'udp/8443 on 0.0.0.0'],
    [{ ...HTTPS, ip: '0:0::0' }, 'tcp/8443 on 0:0::0'],
    [{ internal: 8443 }, 'tcp/any for 8443 on 0.0.0.0'],
  ])('%j is', (port, detail) => {
    expect(ofContainer(wildcardAddress, ports(port))).toMatchObject({ state: 'violated', details: [detail] });
  });

  test('one address is what is wanted, and its ports are nobody else’s affair', () => {
    expect(ofContainer(wildcardAddress, ports({ ...HTTPS, ip: '192.0.2.10' })).state).toBe('compliant');
    expect(ofContainer(wildcardAddress, ports({ internal: 80, external: '${var.p}', ip: '127.0.0.1' })).state).toBe('compliant');
    expect(ofContainer(wildcardAddress, {}).state).toBe('notApplicable');
    expect(ofContainer(wildcardAddress, ports({ ...HTTPS, ip: '${var.ip}' })).state).toBe('unknown');
  });

  test('a run of ports is one finding', () => {
    const run = [1, 2, 3, 5].map((n) => ({ internal: 7000 + n, external: 9000 + n }));
    expect(ofContainer(wildcardAddress, ports(...run)).details).toEqual(['tcp/9001-9003 on 0.0.0.0', 'tcp/9005 on 0.0.0.0']);
  });

  test('dynamic blocks and one block without a list count', () => {
    const dynamic = { dynamic: { ports: { for_each: '${var.p}', content: { internal: 80, external: 8080 } } } };
    expect(ofContainer(wildcardAddress, dynamic).details).toEqual(['tcp/8080 on 0.0.0.0']);
    expect(ofContainer(wildcardAddress, { ports: HTTPS }).state).toBe('violated');
  });
});

describe('BH-P02 port of the host below 1024', () => {
  test.each([1, 80, 443, 1023])('%d', (external) => {
    expect(ofContainer(privilegedHostPort, ports({ internal: 8080, external })).details).toEqual([`tcp/${external}`]);
    expect(ofService(privilegedHostPort, { target_port: 8080, published_port: external }).details).toEqual([`tcp/${external}`]);
  });

  test('from 1024 on, or chosen by the engine, it is well', () => {
    expect(ofContainer(privilegedHostPort, ports({ internal: 80, external: 1024 })).state).toBe('compliant');
    expect(ofContainer(privilegedHostPort, ports({ internal: 80 })).state).toBe('compliant');
    expect(ofContainer(privilegedHostPort, {}).state).toBe('notApplicable');
    expect(ofContainer(privilegedHostPort, ports({ internal: 80, external: '${var.p}' })).state).toBe('unknown');
  });

  test('a run that begins below', () => {
    expect(ofContainer(privilegedHostPort, ports({ internal: 1, external: 1023 }, { internal: 2, external: 1024 })).details).toHaveLength(
      1,
    );
  });
});

describe('BH-P03 every exposed port published', () => {
  test.each([true, 'true'])('%j', (value) => {
    expect(ofContainer(publishAllPorts, { publish_all_ports: value })).toMatchObject({ state: 'violated', details: ['publish_all_ports'] });
  });

  test.each([[{}], [{ publish_all_ports: false }]])('%j', (attributes) => {
    expect(ofContainer(publishAllPorts, attributes).state).toBe('compliant');
  });

  test('nobody knows what a variable is', () => {
    expect(ofContainer(publishAllPorts, { publish_all_ports: '${var.x}' }).state).toBe('unknown');
  });
});

describe('BH-P04 management or database port published outside the host', () => {
  test.each([
    [{ internal: 5432, external: 5432 }, 'tcp/5432 at tcp/5432 on 0.0.0.0'],
    [{ internal: 5432, external: 443, ip: '192.0.2.10' }, 'tcp/5432 at tcp/443 on 192.0.2.10'],
    [{ internal: 8022, external: 22, ip: '192.0.2.10' }, 'tcp/22 at tcp/22 on 192.0.2.10'],
    [{ internal: 11211, external: 11211, protocol: 'udp' }, 'udp/11211 at udp/11211 on 0.0.0.0'],
    [{ internal: 2375 }, 'tcp/2375 at tcp/any for 2375 on 0.0.0.0'],
  ])('%j', (port, detail) => {
    expect(ofContainer(innerPortPublished, ports(port))).toMatchObject({ state: 'violated', details: [detail] });
  });

  test('in the middle of a run', () => {
    const run = [5430, 5431, 5432, 5433].map((port) => ({ internal: port, external: port, ip: '192.0.2.10' }));
    expect(ofContainer(innerPortPublished, ports(...run)).details).toEqual(['tcp/5432 at tcp/5430-5433 on 192.0.2.10']);
  });

  test('of a service', () => {
    expect(ofService(innerPortPublished, { target_port: 6379, published_port: 16000 }).details).toEqual(['tcp/6379 at tcp/16000']);
    expect(ofService(innerPortPublished, { target_port: 8443, published_port: 8443 }).state).toBe('compliant');
  });

  test.each([
    [{ internal: 5432, external: 5432, ip: '127.0.0.1' }],
    [{ internal: 5432, external: 5432, ip: '::1' }],
    [{ internal: 5432, external: 5432, protocol: 'udp', ip: '192.0.2.10' }],
    [HTTPS],
  ])('%j is none', (port) => {
    expect(ofContainer(innerPortPublished, ports(port)).state).toBe('compliant');
  });

  test('what Terraform alone knows', () => {
    expect(ofContainer(innerPortPublished, ports({ internal: 5432, external: 5432, ip: '${var.ip}' })).state).toBe('unknown');
    expect(ofContainer(innerPortPublished, ports({ internal: '${var.p}', external: 8443 })).state).toBe('unknown');
    expect(ofContainer(innerPortPublished, ports({ internal: '${var.p}', external: 1, ip: '127.0.0.1' })).state).toBe('compliant');
  });
});

describe('BH-P05 service published without the guard of Bulkhead', () => {
  test('a raw one is, and one without ports has nothing to say', () => {
    expect(ofService(servicePublished, { target_port: 80, published_port: 8080 }).details).toEqual(['tcp/8080']);
    expect(ofService(servicePublished, { target_port: 80, published_port: 8080, publish_mode: 'host' }).state).toBe('violated');
    expect(ofService(servicePublished, { target_port: 80 }).details).toEqual(['tcp/any for 80']);
    expect(ofService(servicePublished).state).toBe('notApplicable');
  });

  test.each([PublishMode.INGRESS, PublishMode.HOST])('one of ours is not, in mode %s', (mode) => {
    const { stack, cluster } = new SwarmProgram();
    const web = new HardenedService(stack, 'Web', {
      overlay: new EncryptedOverlay(stack, 'Front', { cluster }),
      image: ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`),
    });
    web.publish(Port.tcp(8443), { sources: [Peer.anyIpv4()], mode });
    web.publish(Port.tcp(5432), { sources: [Peer.cidr('10.0.0.0/8')], mode });
    expect(findingsOf(stack, servicePublished, innerPortPublished)).toEqual([]);
    (web.node.findChild('Resource') as Container).addOverride('endpoint_spec.ports', [{ target_port: 5432, published_port: 5499 }]);
    expect(findingsOf(stack, servicePublished, innerPortPublished)).toEqual([
      'BH-P04 app/Web/Resource tcp/5432 at tcp/5499',
      'BH-P05 app/Web/Resource tcp/5499',
    ]);
  });
});

describe('BH-P06 unencrypted service published outside the host', () => {
  test.each([21, 25, 80, 143, 1883, 8080])('tcp/%d', (port) => {
    expect(ofContainer(plainService, ports({ internal: port, external: port })).details).toEqual([`tcp/${port} at tcp/${port} on 0.0.0.0`]);
    expect(ofContainer(plainService, ports({ internal: port, external: 8443, ip: '192.0.2.10' })).state).toBe('violated');
    expect(ofService(plainService, { target_port: port, published_port: 8443 }).state).toBe('violated');
    expect(ofContainer(plainService, ports({ internal: port, external: port, ip: '127.0.0.1' })).state).toBe('compliant');
  });

  test('a port of the host that leads to another plain port is one finding, of the inner port', () => {
    expect(ofContainer(plainService, ports({ internal: 8080, external: 80 })).details).toEqual(['tcp/8080 at tcp/80 on 0.0.0.0']);
    // Two services on two ports are two.
    const both = { ports: [...ports({ internal: 8080, external: 80 }).ports, ...ports({ internal: 143, external: 143 }).ports] };
    expect(ofContainer(plainService, both).details).toHaveLength(2);
  });

  test.each([23, 5432, 6379, 9200, 11211, 27017])('tcp/%d for everybody is what BH-P04 tells of', (port) => {
    for (const external of [port, 8443]) {
      const published = ports({ internal: port, external, ip: '192.0.2.10' });
      expect(ofContainer(plainService, published).state).toBe('compliant');
      expect(ofContainer(innerPortPublished, published).state).toBe('violated');
    }
    expect(ofService(plainService, { target_port: port, published_port: 8443 }).state).toBe('compliant');
  });

  test('a run of ports with both in it is told by each rule in part', () => {
    const run = ports(...[142, 143, 144].map((port) => ({ internal: port, external: port })), { internal: 23, external: 23 });
    expect(ofContainer(plainService, run).details).toEqual(['tcp/143 at tcp/142-144 on 0.0.0.0']);
    expect(ofContainer(innerPortPublished, run).details).toEqual(['tcp/23 at tcp/23 on 0.0.0.0']);
  });

  test('a proxy that speaks TLS', () => {
    expect(ofContainer(plainService, ports({ internal: 8443, external: 443 })).state).toBe('compliant');
    expect(ofContainer(plainService, {}).state).toBe('notApplicable');
  });
});

describe('BH-P07 published on all addresses, bypassing the firewall of the host', () => {
  test('with a raw provider', () => {
    expect(ofContainer(pastForeignFirewall, ports(HTTPS)).details).toEqual(['tcp/8443 on 0.0.0.0']);
    expect(ofContainer(pastForeignFirewall, ports({ ...HTTPS, ip: '192.0.2.10' })).state).toBe('compliant');
    expect(ofContainer(pastForeignFirewall, {}).state).toBe('notApplicable');
    expect(ofContainer(pastForeignFirewall, ports({ ...HTTPS, ip: '${var.ip}' })).state).toBe('unknown');
  });

  test('with an UnguardedDaemon, until it names an address', () => {
    const found = (hostAddress: string) => {
      const program = new Unguarded();
      program.container('Web', program.segment('Front')).publish(Port.tcp(8443), { hostAddress, sources: [Peer.anyIpv4()] });
      return findingsOf(program.stack, pastForeignFirewall, wildcardAddress);
    };
    expect(found('0.0.0.0')).toEqual(['BH-P01 app/Web/Resource tcp/8443 on 0.0.0.0', 'BH-P07 app/Web/Resource tcp/8443 on 0.0.0.0']);
    expect(found(HOST_ADDRESS)).toEqual([]);
  });
});

describe('behind the guard', () => {
  function guarded(publish: (web: HardenedContainer) => void) {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'));
    publish(web);
    return { program, web };
  }
  const check = (program: Program) =>
    new NetworkExposure().check(program.stack).map(({ ruleId, severity, detail }) => `${ruleId} ${severity} ${detail}`);

  test('one address, a port from 1024 on, and sources of somebody’s own: nobody has anything against it', () => {
    const { program } = guarded((web) => {
      web.publish(Port.tcp(8443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
      web.publish(Port.tcp(9042), { hostAddress: HOST_ADDRESS, targetPort: Port.tcp(7001), sources: [Peer.cidr('198.51.100.0/24')] });
      web.publish(Port.tcp(5432));
    });
    expect(check(program)).toEqual(['BH-P06 warning tcp/9042 at tcp/9042 on 192.0.2.10']);
  });

  test('a wildcard is a warning there, and a database for everybody an error', () => {
    const { program } = guarded((web) => {
      web.publish(Port.tcp(8443), { hostAddress: '0.0.0.0', sources: [Peer.anyIpv4()] });
      web.publish(Port.tcp(26257), { hostAddress: HOST_ADDRESS, sources: [Peer.cidr('0.0.0.0/1'), Peer.cidr('128.0.0.0/1')] });
    });
    expect(check(program)).toEqual([
      'BH-E01 error app/Web tcp/26257',
      'BH-P04 error tcp/26257 at tcp/26257 on 192.0.2.10',
      'BH-P01 warning tcp/8443 on 0.0.0.0',
    ]);
  });

  test('the guard knows a port that the engine chooses by the one inside', () => {
    const everybody = { hostAddress: '0.0.0.0', sources: [Peer.anyIpv4()] };
    const { program, web } = guarded((container) => container.publishOnRandomPort(Port.udp(5353), everybody));
    expect(check(program)).toEqual(['BH-P01 warning udp/any for 5353 on 0.0.0.0']);
    (web.node.findChild('Resource') as Container).addOverride('ports.1', { internal: 5354, protocol: 'udp', ip: '0.0.0.0' });
    expect(check(program)).toContain('BH-P01 error udp/any for 5354 on 0.0.0.0');
    const database = guarded((container) => container.publishOnRandomPort(Port.tcp(5432), { ...everybody, hostAddress: HOST_ADDRESS }));
    expect(check(database.program)).toContainEqual(expect.stringMatching(/^BH-P04 error tcp\/5432/));
  });

  test('a port that an override adds is none that the guard knows', () => {
    const { program, web } = guarded((container) =>
      container.publish(Port.tcp(8443), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] }),
    );
    (web.node.findChild('Resource') as Container).addOverride('ports', [{ internal: 8443, external: 9443 }]);
    expect(short(new NetworkExposure().check(program.stack))).toEqual(['BH-P01 app/Web/Resource tcp/9443 on 0.0.0.0']);
  });

  test('nor is a container by hand on the same provider', () => {
    const { program } = guarded(() => undefined);
    const provider = program.daemon._providerFor(program.stack);
    const raw = new Container(program.stack, 'Raw', {
      name: 'raw',
      image: IMAGE.text,
      provider,
      ports: [{ internal: 80, external: 8080 }],
    });
    expect(findingsOf(program.stack, pastForeignFirewall, wildcardAddress)).toEqual([
      'BH-P01 app/Raw tcp/8080 on 0.0.0.0',
      'BH-P07 app/Raw tcp/8080 on 0.0.0.0',
    ]);
    expect(raw.node.path).toBe('app/Raw');
  });

  test('in another stack, too', () => {
    const { program } = guarded(() => undefined);
    const other = new TerraformStack(program.app, 'other');
    const segment = program.stack.node.findChild('Front') as BridgeSegment;
    const late = new HardenedContainer(other, 'Late', { segment, image: IMAGE });
    late.publish(Port.tcp(8443), { hostAddress: '0.0.0.0', sources: [Peer.anyIpv4()] });
    expect(new NetworkExposure().check(other).map(({ ruleId, severity }) => `${ruleId} ${severity}`)).toEqual(['BH-P01 warning']);
  });
});

test('NetworkExposure is networks, publications and exposure', () => {
  expect(new NetworkExposure().rules.map(({ ruleId }) => ruleId)).toEqual([
    ...Array.from({ length: 9 }, (_, i) => `BH-N0${i + 1}`),
    ...Array.from({ length: 7 }, (_, i) => `BH-P0${i + 1}`),
    ...Array.from({ length: 4 }, (_, i) => `BH-E0${i + 1}`),
  ]);
});
