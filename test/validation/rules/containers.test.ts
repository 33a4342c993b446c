import { privilegedContainer } from '../../../src/validation/rules/containers/privileged-container';
import { ofContainer, verdict } from '../../support/verdict';

describe('BH-C01 privileged container', () => {
  test.each([[{ privileged: true }], [{ privileged: 'true' }]])('%j is one', (attributes) => {
    expect(ofContainer(privilegedContainer, attributes)).toMatchObject({ state: 'violated', details: ['privileged'] });
  });

  test.each([[{}], [{ privileged: false }], [{ privileged: null }]])('%j is none', (attributes) => {
    expect(ofContainer(privilegedContainer, attributes).state).toBe('compliant');
  });

  test('nobody knows what a variable is', () => {
    expect(ofContainer(privilegedContainer, { privileged: '${var.p}' }).state).toBe('unknown');
  });

  test('a service cannot be one', () => {
    expect(verdict(privilegedContainer, { docker_service: { web: { name: 'web' } } }).state).toBe('');
  });
});
