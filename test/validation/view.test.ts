import { stackView } from '../../src/validation/private/stack-view';

test('what lies in a value that Terraform alone knows, it alone knows', () => {
  const [resource] = stackView({ resource: { docker_container: { web: { capabilities: '${var.c}', log_opts: { a: 'b' } } } } }, 'app', []);
  expect([resource.has('capabilities.drop'), resource.text('capabilities.drop'), resource.text('log_opts.a.b')]).toEqual([
    true,
    undefined,
    undefined,
  ]);
  expect([...resource.unknown]).toEqual(['capabilities.drop']);
});
