import { defineTrap } from './private/define-trap';
import { readBack, readBackOfService } from './private/go-duration';

const PLACES: Readonly<Record<string, readonly string[]>> = {
  docker_container: ['interval', 'timeout', 'start_period', 'start_interval'].map((name) => `healthcheck.${name}`),
  docker_service: [
    ...['interval', 'timeout', 'start_period'].map((name) => `task_spec.container_spec.healthcheck.${name}`),
    'task_spec.container_spec.stop_grace_period',
    'task_spec.restart_policy.delay',
    'task_spec.restart_policy.window',
    'update_config.delay',
    'update_config.monitor',
    'rollback_config.delay',
    'rollback_config.monitor',
  ],
};

// Read in the provider's 3.6.2 and 4.5.0: containers give back Go's own spelling, services the same without zeros at the end, and nothing is compared
// by what it means.
export const durationSpelling = defineTrap({
  ruleId: 'BH-T10',
  title: 'duration in a spelling that the provider changes',
  differs: 'healthcheck',
  why: "The provider compares durations as text: it reads '60s' of a container back as '1m0s', and of a service as '1m', and every plan shows a change.",
  fix: "write it in the form that the provider reads back: '30s', and for a minute '1m0s' in a container and '1m' in a service",
  resourceTypes: ['docker_container', 'docker_service'],
  applies: (resource) => PLACES[resource.resourceType].some((place) => resource.has(place)),
  find: (resource) =>
    PLACES[resource.resourceType].flatMap((place) => {
      const text = resource.text(place);
      const back = text && (resource.resourceType === 'docker_service' ? readBackOfService : readBack)(text);
      return back && back !== text ? [{ detail: place, message: `'${place}' is '${text}', and is read back as '${back}'` }] : [];
    }),
});
