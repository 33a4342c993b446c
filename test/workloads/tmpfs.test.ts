import type { HardenedContainerProps } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

function container(props: Partial<HardenedContainerProps>) {
  const program = new Program();
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

test('file systems in memory, sorted, never with executables', () => {
  expect(container({ tmpfsMebibytes: { '/var/run': 1, '/cache': 512 } }).tmpfs).toEqual({
    '/cache': 'rw,noexec,nosuid,nodev,size=512m,mode=1777',
    '/var/run': 'rw,noexec,nosuid,nodev,size=1m,mode=1777',
  });
  expect(container({ tmpfsMebibytes: {} }).tmpfs).toEqual({});
});

test('executables with a reason, however the path is written', () => {
  const executableTmpfsReasons = { '/run': 'its supervisor executes files there' };
  expect(container({ tmpfsMebibytes: { '/run/': 16, '/tmp': 1 }, executableTmpfsReasons }).tmpfs).toEqual({
    '/run': 'rw,exec,nosuid,nodev,size=16m,mode=1777',
    '/tmp': 'rw,noexec,nosuid,nodev,size=1m,mode=1777',
  });
});

test.each<[string, ErrorCode, object, string[]]>([
  ['executables nowhere', 'TmpfsReasonUnused', { executableTmpfsReasons: { '/run': 'its supervisor executes files there' } }, ["'/run'"]],
  ['executables without a reason', 'ReasonTooShort', { executableTmpfsReasons: { '/tmp': 'no' } }, ['executableTmpfsReasons./tmp']],
  ['tmpfs size', 'TmpfsSize', { tmpfsMebibytes: { '/tmp': 0 } }, ['/tmp', 'got 0']],
  ['tmpfs path', 'MountTarget', { tmpfsMebibytes: { 'tmp:x': 1 } }, ['tmp:x']],
])('refused: %s', (_, code, props, says) => {
  const program = new Program();
  const front = program.segment('Front');
  expectError(() => program.container('Web', front, props), code, { path: 'app/Web', says });
});
