import { isValid, reportsOf } from './reports-of';
import { type HardenedService, Port } from '../../src';
import { writeDaemonReports } from '../../src/reports/daemon-reports';
import { temporaryFolder } from '../support/folders';
import { Services } from '../support/swarms';

const folder = temporaryFolder();
const HTTP = Port.tcp(8080);

describe('a node of a swarm', () => {
  function shop(declare: (web: HardenedService, api: HardenedService) => void) {
    const program = new Services();
    const mesh = program.overlay('Mesh');
    const [web, api] = [program.service('Web', mesh), program.service('Api', mesh)];
    declare(web, api);
    return { ...reportsOf(folder, program.manager), written: writeDaemonReports(folder(), program.manager._declarations.store, {}) };
  }

  test('does not say that nothing else is open: inside an overlay every port is, and the report lists it', () => {
    const { report, topology, matrix, written } = shop((web, api) => web.connections.allowTo(api, HTTP));
    expect(report).toContain('1 flow and 0 publications are declared. All of this is open, and nothing else is open except what');
    expect(report).toContain('can send outside of the overlays, only those arrive');
    expect(report).toContain('| app/Web | app/Api | tcp/8080 |');
    expect(report).toMatch(/### OverlayOpen\n\n.*\n\n[^#]*\| app\/Web \| app\/Api \| everything except tcp\/8080 \|/);
    expect(report).toMatch(
      /## Overlays of the swarm\n\n.*`Reachability.ofSwarm\(cluster\)`.*\n\n[^#]*\| app\/Mesh \| app\/Api, app\/Web \|/,
    );
    expect(JSON.parse(topology).overlays).toEqual([expect.objectContaining({ segment: 'app/Mesh', members: ['app/Api', 'app/Web'] })]);
    expect(JSON.parse(topology).flowsOnOverlays).toEqual([expect.objectContaining({ source: { kind: 'workload', path: 'app/Web' } })]);
    const ends = JSON.parse(matrix).insideOverlays.map(({ kind, source, destination }: any) => [kind, source.path, destination.path]);
    expect(ends).toEqual(
      expect.arrayContaining([
        ['OverlayOpen', 'app/Web', 'app/Api'],
        ['OverlayOpen', 'app/Api', 'app/Web'],
      ]),
    );
    isValid('topology', topology);
    isValid('matrix', matrix);
    expect(written).toMatchObject({ isWeaker: true, flows: 0, swarm: { path: 'app/Swarm', flows: 1 } });
  });

  test('without overlays nothing is weaker', () => {
    const { manager } = new Services();
    const { report, topology } = reportsOf(folder, manager);
    expect(report).toContain('All of this is open, and nothing else is open.');
    expect(report).not.toContain('verlay');
    expect(JSON.parse(topology)).not.toHaveProperty('overlays');
  });
});
