import { defineTrap } from './private/define-trap';

// Reported: kreuzwerker/terraform-provider-docker#603, fixed in 4.0.
export const deviceFields = defineTrap({
  ruleId: 'BH-T13',
  title: 'device with missing fields',
  differs: 'devices',
  why: 'The engine fills in the path in the container and the permissions, and a provider before 4.0 reports this as a change: every apply replaces the container.',
  fix: "set all three: 'host_path', 'container_path' and 'permissions', such as 'rwm'",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/603'],
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('devices').length > 0,
  find: (container) =>
    container.blocks('devices').flatMap((device) => {
      const missing = ['container_path', 'permissions'].filter((name) => !device.has(name));
      const path = device.rawText('host_path') ?? '';
      return missing.length === 0 ? [] : [{ detail: path, message: `the device ${path} has no ${missing.map((name) => `'${name}'`).join(' and no ')}` }]; // prettier-ignore
    }),
});
