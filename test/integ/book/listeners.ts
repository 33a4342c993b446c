// Everybody listens on every port that the book asks for, so that closed never means that nobody was there.
import type { BookContainer, Page } from './page';
import type { Crowd } from '../harness/generate-traffic';
import { OUTSIDE } from '../harness/packets-questions';
import type { Listener } from '../lab/probe';

/** Addresses of the host on which it listens itself to a port that is published elsewhere. */
const BESIDE: readonly Listener[] = [
  { proto: 'tcp', address: '192.0.2.11', port: 8443, token: 'host' },
  { proto: 'tcp', address: '192.0.2.10', port: 9000, token: 'host' },
];

export function serveSurroundings(crowd: Crowd, pages: readonly Page[]): void {
  const published = new Set(
    pages.flatMap(({ parts }) => parts).flatMap(({ containers = [] }) => containers.flatMap(({ ports }) => ports.map(({ host }) => host))),
  );
  const strays = portsOf(pages).filter((port) => !published.has(port));
  crowd.serve([
    { where: { host: true }, spec: [...listeners('host', strays), ...BESIDE] },
    { where: { ns: 'inet' }, spec: listeners('inet', portsOf(pages), OUTSIDE.inet[0]) },
  ]);
}

export function serveContainers(crowd: Crowd, containers: readonly BookContainer[], pages: readonly Page[]): void {
  if (containers.length > 0) {
    crowd.serve(containers.map(({ name }) => ({ where: { container: name }, spec: listeners(name, portsOf(pages)) })));
  }
}

function portsOf(pages: readonly Page[]): number[] {
  const parts = pages.flatMap((page) => page.parts);
  const asked = parts.flatMap(({ questions = [] }) => questions.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port));
  const targets = parts.flatMap(({ containers = [] }) => containers.flatMap(({ ports }) => ports.map(({ target }) => target)));
  return [...new Set([...asked, ...targets])].sort((a, b) => a - b);
}

function listeners(token: string, ports: readonly number[], address = '0.0.0.0'): Listener[] {
  return ports.map((port) => ({ proto: 'tcp', address, port, token }));
}
