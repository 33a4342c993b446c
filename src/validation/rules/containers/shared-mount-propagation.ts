import { defineRule } from '../../private/define-rule';
import { mountBlocks } from '../../private/host-mounts';
import { Severity } from '../../severity';

export const sharedMountPropagation = defineRule({
  ruleId: 'BH-C08',
  title: 'mounts pass between host and container',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['5.20'],
  why: 'What the container mounts there appears on the host, or what the host mounts later appears in the container, whoever meant it to.',
  fix: "take 'propagation' out, or set it to 'rprivate'",
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
