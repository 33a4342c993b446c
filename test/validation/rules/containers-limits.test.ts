import { cgroupNamespace } from '../../../src/validation/rules/containers/cgroup-namespace';
import { cgroupParent } from '../../../src/validation/rules/containers/cgroup-parent';
import { cpuLimit } from '../../../src/validation/rules/containers/cpu-limit';
import { cpusCrash } from '../../../src/validation/rules/containers/cpus-crash';
import { healthCheck } from '../../../src/validation/rules/containers/health-check';
import { hostDevices } from '../../../src/validation/rules/containers/host-devices';
import { memoryLimit } from '../../../src/validation/rules/containers/memory-limit';
import { pidsLimit } from '../../../src/validation/rules/containers/pids-limit';
import { restartPolicy } from '../../../src/validation/rules/containers/restart-policy';
import { ulimits } from '../../../src/validation/rules/containers/ulimits';
import { daemonJson, ofContainer, verdict } from '../../support/verdict';

describe('BH-C18 no memory limit', () => {
  test.each([
    [{}, "no 'memory' is set"],
    [{ memory: null }, "no 'memory' is set"],
    [{ memory: 0 }, "'memory' is 0, which means no limit"],
    [{ memory: '0' }, "'memory' is 0, which means no limit"],
    [{ memory: 536_870_912 }, "'memory' is 536870912, more than any host has, so it limits nothing; its unit is MiB"],
    [{ memory_swap: 256 }, "no 'memory' is set"],
  ])('%j is none', (attributes, message) => {
    expect(ofContainer(memoryLimit, attributes)).toEqual({ state: 'violated', details: ['memory'], messages: [`BH-C18 ${message}`] });
  });

  test.each([[{ memory: 256, memory_swap: 256 }], [{ memory: '64' }], [{ memory: '${var.memory}' }], [{ memory: 16_777_216 }]])(
    '%j is one',
    (attributes) => {
      expect(ofContainer(memoryLimit, attributes).state).toBe('compliant');
    },
  );
});

describe('BH-C19 no processor limit', () => {
  test.each([
    [{}],
    [{ cpu_shares: 1024 }],
    [{ cpu_shares: '1024' }],
    [{ cpu_shares: 0 }],
    [{ cpu_quota: 0 }],
    [{ cpu_quota: -1, cpu_period: 100_000 }],
    [{ cpu_period: 100_000 }],
    [{ cpus: '0' }],
    [{ cpus: '' }],
    [{ cpu_set: '0-3' }],
  ])('%j is none', (attributes) => {
    expect(ofContainer(cpuLimit, attributes)).toMatchObject({ state: 'violated', details: ['cpu'] });
  });

  test.each([
    [{ cpu_period: 100_000, cpu_quota: 50_000 }],
    [{ cpu_shares: 512 }],
    [{ cpu_shares: 2048 }],
    [{ cpus: '1.5' }],
    [{ cpu_quota: '${var.quota}' }],
    [{ cpu_shares: 1024, cpu_quota: 50_000 }],
  ])('%j is one', (attributes) => {
    expect(ofContainer(cpuLimit, attributes).state).toBe('compliant');
  });
});

describe("BH-C20 'cpus' with a provider that crashes on it", () => {
  const withVersion = (attributes: object, provider?: object) =>
    verdict(
      cpusCrash,
      { docker_container: { web: { name: 'web', image: 'nginx', ...attributes } } },
      provider && { terraform: { required_providers: provider } },
    );
  const docker = (version?: string) => ({ docker: { source: 'kreuzwerker/docker', ...(version && { version }) } });

  test.each(['3.6.2', '~> 3.0', '~> 3.6.2', '>= 3.6.2, < 5.0.0', '> 3.6.0', '< 4.0.0', '!= 3.7.0', '<= 3.7.0', '>= 3.7.0-beta1'])(
    "'%s' lets it in",
    (version) => {
      expect(withVersion({ cpus: '0.5' }, docker(version))).toEqual({
        state: 'violated',
        details: ['cpus'],
        messages: [`BH-C20 'cpus' is set, and the version '${version}' admits a provider before 3.7.0`],
      });
    },
  );

  test.each(['3.7.0', '= 3.8.0', '~> 3.7', '~> 4.5', '>= 3.6.2, >= 3.7.0', '>=3.7', '> 3.10.0, < 5'])("'%s' does not", (version) => {
    expect(withVersion({ cpus: '${var.cpus}' }, docker(version)).state).toBe('compliant');
  });

  test('nothing required is no promise', () => {
    for (const required of [undefined, docker(), { aws: { source: 'hashicorp/aws', version: '5.0.0' } }]) {
      expect(withVersion({ cpus: '1' }, required)).toMatchObject({ state: 'violated' });
    }
  });

  test('the provider is found under another name', () => {
    const own = (version: string) => ({ engine: { source: 'registry.terraform.io/kreuzwerker/docker', version } });
    expect(withVersion({ cpus: '1' }, own('4.0.0')).state).toBe('compliant');
    expect(withVersion({ cpus: '1' }, own('3.6.2')).state).toBe('violated');
  });

  test('the other way to limit is not touched', () => {
    expect(withVersion({ cpu_period: 100_000, cpu_quota: 50_000 }, docker('3.6.2')).state).toBe('notApplicable');
  });
});

describe('BH-C21 unlimited restarts', () => {
  test.each([
    [{ restart: 'always' }, 'always'],
    [{ restart: 'ALWAYS' }, 'always'],
    [{ restart: 'unless-stopped' }, 'unless-stopped'],
    [{ restart: 'on-failure' }, 'max_retry_count'],
    [{ restart: 'on-failure', max_retry_count: 0 }, 'max_retry_count'],
    [{ restart: 'on-failure', max_retry_count: 6 }, 'max_retry_count'],
  ])('%j is', (attributes, detail) => {
    expect(ofContainer(restartPolicy, attributes)).toMatchObject({ state: 'violated', details: [detail] });
  });

  test.each([[{}], [{ restart: 'no' }], [{ restart: 'on-failure', max_retry_count: 5 }], [{ restart: 'no', max_retry_count: 9 }]])(
    '%j is not',
    (attributes) => {
      expect(ofContainer(restartPolicy, attributes).state).toBe('compliant');
    },
  );

  test('nobody knows what variables are', () => {
    for (const attributes of [{ restart: '${var.r}' }, { restart: 'on-failure', max_retry_count: '${var.n}' }]) {
      expect(ofContainer(restartPolicy, attributes).state).toBe('unknown');
    }
  });
});

describe('BH-C22 no health check', () => {
  test.each([
    [{}, 'none'],
    [{ healthcheck: [] }, 'none'],
    [{ healthcheck: { interval: '5s' } }, 'none'],
    [{ healthcheck: { test: [] } }, 'none'],
    [{ healthcheck: { test: ['NONE'] } }, 'none'],
    [{ healthcheck: [{ test: ['none'] }] }, 'none'],
    [{ healthcheck: { test: ['CMD', 'true'] } }, 'true'],
    [{ healthcheck: { test: ['CMD', '/bin/true'] } }, '/bin/true'],
    [{ healthcheck: { test: ['CMD-SHELL', ' exit 0 '] } }, 'exit 0'],
    [{ healthcheck: { test: ['cmd-shell', ':'] } }, ':'],
  ])('%j is none', (attributes, detail) => {
    expect(ofContainer(healthCheck, attributes)).toMatchObject({ state: 'violated', details: [detail] });
  });

  test.each([
    [{ healthcheck: { test: ['CMD', 'wget', '-q', 'localhost:8080'] } }],
    [{ healthcheck: [{ test: ['CMD-SHELL', 'pg_isready || exit 1'] }] }],
    [{ healthcheck: { test: ['CMD', '${var.probe}'] } }],
  ])('%j is one', (attributes) => {
    expect(ofContainer(healthCheck, attributes).state).toBe('compliant');
  });
});

describe('BH-C23 devices of the host', () => {
  test.each([
    [{ devices: { host_path: '/dev/sda' } }, ['/dev/sda (error)']],
    [{ devices: [{ host_path: '/dev/fuse' }, { host_path: '${var.device}' }] }, ['/dev/fuse (error)', '${var.device}']],
    [{ gpus: 'all' }, ['gpus all']],
    [{ runtime: 'nvidia' }, ['runtime nvidia']],
    [{ device_requests: [{ driver: 'cdi' }, { driver: 'cdi' }] }, ['device_requests']],
    [{ dynamic: { devices: { for_each: '${var.d}', content: { host_path: '/dev/kvm' } } } }, ['/dev/kvm']],
  ])('%j hands in', (attributes, details) => {
    expect(ofContainer(hostDevices, attributes)).toMatchObject({ state: 'violated', details });
  });

  test.each([[{}], [{ devices: [] }], [{ gpus: '' }], [{ runtime: 'runc' }]])('%j does not', (attributes) => {
    expect(ofContainer(hostDevices, attributes).state).toBe('compliant');
  });
});

describe('BH-C24 custom parent control group', () => {
  test.each(['/shop', 'limits.slice', '${var.slice}'])('%s is', (parent) => {
    expect(ofContainer(cgroupParent, { cgroup_parent: parent })).toMatchObject({ state: 'violated', details: [parent] });
  });

  test.each([[{}], [{ cgroup_parent: '' }], [{ cgroup_parent: null }]])('%j is not', (attributes) => {
    expect(ofContainer(cgroupParent, attributes).state).toBe('compliant');
  });
});

describe('BH-C25 control groups of the host', () => {
  test.each(['host', 'HOST', ' host'])("'%s' is", (mode) => {
    expect(ofContainer(cgroupNamespace, { cgroupns_mode: mode })).toMatchObject({ state: 'violated', details: ['host'] });
  });

  test.each([[{}], [{ cgroupns_mode: 'private' }], [{ cgroupns_mode: null }]])('%j is not', (attributes) => {
    expect(ofContainer(cgroupNamespace, attributes).state).toBe('compliant');
  });

  test('nobody knows what a variable is', () => {
    expect(ofContainer(cgroupNamespace, { cgroupns_mode: '${var.m}' }).state).toBe('unknown');
  });
});

describe('BH-C28 no limit on the number of processes', () => {
  test('the slice of its own, which the fix asks for, is one', () => {
    expect(ofContainer(pidsLimit, { ulimit: [{ name: 'nproc', soft: 9, hard: 9 }] })).toMatchObject({
      state: 'violated',
      details: ['pids'],
    });
    expect(ofContainer(pidsLimit, { cgroup_parent: 'limits.slice' }).state).toBe('compliant');
  });
});

describe('BH-C31 no ulimits', () => {
  const ULIMITS = { 'default-ulimits': { nofile: { Name: 'nofile', Soft: 1024, Hard: 4096 } } };
  const withDaemons = (attributes: object, ...daemons: object[]) =>
    verdict(ulimits, { docker_container: { web: { name: 'web', image: 'nginx', ...attributes } } }, {}, daemons.map(daemonJson));

  test('neither of its own nor of the engine', () => {
    for (const daemons of [[], [{}], [{ 'default-ulimits': {} }], [ULIMITS, {}]]) {
      expect(withDaemons({}, ...daemons)).toMatchObject({ state: 'violated', details: ['ulimit'] });
    }
  });

  test('of its own, or of every engine', () => {
    expect(withDaemons({ ulimit: [{ name: 'nofile', soft: 1, hard: 1 }] }).state).toBe('compliant');
    expect(withDaemons({ ulimit: { name: 'nofile', soft: 1, hard: 1 } }, {}).state).toBe('compliant');
    expect(withDaemons({}, ULIMITS, ULIMITS).state).toBe('compliant');
  });
});
