import { Rules } from '../../../src';
import { verdict } from '../../support/verdict';

const engine = (attributes: object, path = 'app/Edge') => ({ resourceType: 'daemon.json', path, attributes: attributes as {} });
const container = (attributes: object) => ({ docker_container: { web: { name: 'web', image: 'nginx', ...attributes } } });

describe('BH-X01 container that an engine with user namespace remapping refuses', () => {
  const [rule] = Rules.byId('BH-X01');
  const remapped = engine({ 'userns-remap': 'default' });

  test.each<[object, string[]]>([
    [{ privileged: true }, ['privileged']],
    [{ network_mode: 'host', pid_mode: 'host' }, ['network_mode host', 'pid_mode host']],
  ])('%j', (attributes, details) => {
    expect(verdict(rule, container(attributes), {}, [remapped])).toMatchObject({ state: 'violated', details });
    // Either end of the fix.
    expect(verdict(rule, container({}), {}, [remapped]).state).toBe('compliant');
    expect(verdict(rule, container(attributes), {}, [engine({})]).state).toBe('notApplicable');
  });

  test.each<[string, object, object[]]>([
    ['outside the user namespace', { privileged: true, userns_mode: 'host' }, [remapped]],
    ['where nothing is known of the engine', { privileged: true }, []],
    ['where it may be for another engine', { privileged: true }, [remapped, engine({ 'userns-remap': '' }, 'app/Other')]],
  ])('it says nothing %s', (_what, attributes, engines) => {
    expect(verdict(rule, container(attributes), {}, engines as []).state).toBe('notApplicable');
  });

  test('a variable', () => {
    expect(verdict(rule, container({ privileged: '${var.p}' }), {}, [remapped]).state).toBe('unknown');
  });
});

describe('BH-X02 live restore on a node of a swarm', () => {
  const [rule] = Rules.byId('BH-X02');
  const service = { docker_service: { web: { name: 'web' } } };

  test.each<[string, object, object]>([
    ['a label of ours', { labels: ['bulkhead.daemon=0123456789ab'] }, {}],
    ['services', {}, service],
  ])('known by %s', (_what, labels, resources) => {
    expect(verdict(rule, resources, {}, [engine({ ...labels, 'live-restore': true })])).toMatchObject({
      state: 'violated',
      details: ['live-restore'],
    });
    expect(verdict(rule, resources, {}, [engine({ ...labels, 'live-restore': false })]).state).toBe('compliant');
  });

  test('without a swarm', () => {
    expect(verdict(rule, {}, {}, [engine({ 'live-restore': true })]).state).toBe('notApplicable');
  });
});
