// What plain JavaScript and other languages may pass in the place of a value: each is told what it is to be, by its name.
import { HealthCheck, Port, RestartPolicy } from '../../src';
import { PROPERTIES } from '../../src/private/properties.generated';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

function make(props: object): void {
  const program = new Program();
  program.container('Web', program.segment('Front'), props);
  program.synth();
}

const REQUIRED = ['image', 'segment', 'daemon'];
const OPTIONAL = Object.keys(PROPERTIES.HardenedContainerProps).filter((name) => !REQUIRED.includes(name));

test.each(OPTIONAL)('null for %s', (name) => {
  expectError(() => make({ [name]: null }), 'PropertyShape', { path: 'app/Web', says: [`'${name}' is null`, 'leave it out'] });
});

test.each(Object.keys(PROPERTIES.ContainerLimits))('null for limits.%s', (name) => {
  expectError(() => make({ limits: { [name]: null } }), 'PropertyShape', { path: 'app/Web', says: [`'limits.${name}' is null`] });
});

test.each([
  ['capabilities', [Port.tcp(1)], 'Capability.CHOWN'],
  ['defaultPort', RestartPolicy.NO, 'Port.tcp(443)'],
  ['healthCheck', Port.tcp(1), 'HealthCheck.command('],
  ['restartPolicy', HealthCheck.shell('true'), 'RestartPolicy.onFailure('],
  ['sysctls', [Port.tcp(1)], 'ContainerSysctl.somaxconn('],
  ['volumes', [Port.tcp(1)], 'VolumeMount.hostPath('],
])('an object of another class for %s', (name, value, example) => {
  expectError(() => make({ [name]: value }), 'PropertyShape', {
    path: 'app/Web',
    says: [`'${name}${Array.isArray(value) ? '[0]' : ''}'`, example],
  });
});

test('nothing in the place of a limit', () => {
  expectError(() => make({ limits: { ulimits: [null] } }), 'PropertyShape', { path: 'app/Web', says: ["'limits.ulimits[0]'"] });
});
