import { defineTrap } from './private/define-trap';

// Measured: an update on every apply; with both of them none.
export const memoryWithoutSwap = defineTrap({
  ruleId: 'BH-T02',
  title: 'memory without memory_swap',
  differs: 'memory_swap',
  why: 'The engine sets the limit of memory and swap to twice that of memory by itself, and the provider finds that in no plan of yours: every apply updates the container. It also lets the container swap as much again.',
  fix: "set 'memory_swap' too, to the same number where the container is not to swap",
  resourceTypes: ['docker_container'],
  applies: (container) => container.has('memory') && container.rawText('memory') !== '0',
  find: (container) =>
    container.has('memory_swap') ? [] : [{ detail: 'memory_swap', message: "'memory' is set, and 'memory_swap' is not" }],
});
