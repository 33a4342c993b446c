import { defineTrap } from './private/define-trap';

// Measured: an update on every apply; with both of them none.
export const memoryWithoutSwap = defineTrap({
  ruleId: 'BH-T02',
  title: 'memory without memory_swap',
  differs: 'memory_swap',
  why: 'By default the engine sets the limit of memory and swap to twice the memory limit, and the provider reports this as a change: every apply updates the container. The default also lets the container use the same amount of swap.',
  fix: "also set 'memory_swap', to the same number if the container must not swap",
  resourceTypes: ['docker_container'],
  applies: (container) => container.has('memory') && container.rawText('memory') !== '0',
  find: (container) =>
    container.has('memory_swap') ? [] : [{ detail: 'memory_swap', message: "'memory' is set, and 'memory_swap' is not" }],
});
