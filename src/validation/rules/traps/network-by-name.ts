import { defineTrap } from './private/define-trap';
import { networkNamed } from '../../private/networks';

// Measured for containers: by name an apply that replaces the network fails after 30 seconds, by id it goes through. Reported for services:
// kreuzwerker/terraform-provider-docker#648.
export const networkByName = defineTrap({
  ruleId: 'BH-T11',
  title: 'network joined by its name',
  why: 'A name stays the same when the network is replaced, so Terraform leaves the container on the old network, which the engine then refuses to remove: the apply fails after 30 seconds. The provider reads a service back with the id, and every plan updates it.',
  fix: "refer to the network by its id: '${docker_network.NAME.id}'",
  links: ['https://github.com/kreuzwerker/terraform-provider-docker/issues/648'],
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (resource) => resource.blocks(placeOf(resource.resourceType)).length > 0,
  find: (resource) =>
    resource.blocks(placeOf(resource.resourceType)).flatMap((block) => {
      const text = block.rawText('name') ?? '';
      // A reference of another kind, as to the id, is what is wanted.
      const isName = text.includes('${') ? /\.name}$/.test(text) : networkNamed(resource, text) !== undefined;
      return isName ? [{ detail: text, message: `the network is joined by its name, ${text}` }] : [];
    }),
});

function placeOf(resourceType: string): string {
  return resourceType === 'docker_service' ? 'task_spec.networks_advanced' : 'networks_advanced';
}
