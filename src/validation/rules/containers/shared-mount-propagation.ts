import { defineRule } from '../../private/define-rule';
import { mountBlocks } from '../../private/host-mounts';
import { Severity } from '../../severity';

export const sharedMountPropagation = defineRule({
  ruleId: 'BH-C08',
  title: 'mount propagation between host and container',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.20'],
  why: 'Mounts that the container makes there appear on the host, or later mounts of the host appear in the container, intended or not.',
  fix: "remove 'propagation', or set it to 'rprivate'",
  links: ['https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation'],
  resourceTypes: ['docker_container', 'docker_service'],
  find: (resource) =>
    mountBlocks(resource).flatMap((block) => {
      const propagation = block.text('bind_options.propagation')?.trim().toLowerCase() ?? '';
      if (!/^r?(shared|slave)$/.test(propagation)) return [];
      const target = block.rawText('target') ?? '';
      return [{ detail: `${propagation} ${target}`, message: `'propagation' of the mount at '${target}' is '${propagation}'` }];
    }),
});
