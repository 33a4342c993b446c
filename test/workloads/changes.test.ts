import { HardenedContainerProps, HealthCheck, VolumeMount } from '../../src';
import type { LateContainer } from '../../src/private/bindings';
import { Program } from '../support/programs';

function container(props: Partial<HardenedContainerProps>) {
  const program = new Program();
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

test('what the provider would change in its state alone changes a label, which replaces the container', () => {
  const label = (props: Partial<HardenedContainerProps>) => container(props).labels[0].value;
  const plain = label({});
  const forgotten: Partial<HardenedContainerProps>[] = [
    { healthCheck: HealthCheck.command(['a']) },
    { healthCheck: HealthCheck.command(['b']) },
    { healthCheck: HealthCheck.command(['a'], { intervalSeconds: 9 }) },
    { volumes: [VolumeMount.hostPath('/srv/a', '/data')] },
    { volumes: [VolumeMount.hostPath('/srv/b', '/data')] },
    { volumes: [VolumeMount.hostPath('/srv/a', '/data', { readOnly: false })] },
    { tmpfsMebibytes: { '/tmp': 5 } },
    { limits: { cpuMillis: 500 } },
    { healthCheck: HealthCheck.none({ reason: 'nothing can be asked of it' }) },
    { init: false },
    { stopSignal: 'SIGINT' },
  ];
  expect(new Set([plain, ...forgotten.map(label)]).size).toBe(forgotten.length + 1);
  expect([{ environment: { A: 'b' } }, { limits: { memoryMebibytes: 99 } }, { command: ['x'] }].map(label)).toEqual([plain, plain, plain]);
});

test('labels of the author stay beside it', () => {
  const program = new Program();
  const web = program.container('Web', program.segment('Front'));
  (web.node.defaultChild as LateContainer).putLabels([{ label: 'team', value: 'shop' }]);
  expect(
    program
      .synth()
      .container()
      .labels.map(({ label }: any) => label),
  ).toEqual(['team', 'bulkhead.settings']);
});
