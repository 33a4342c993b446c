import type { ICheckedBlock, ICheckedResource } from '../checked-resource';

/** The blocks of a service that describe its tasks; there is more than one only if the author wrote it twice. */
export function taskSpecs(service: ICheckedResource): ICheckedBlock[] {
  return service.blocks('task_spec');
}

/** The blocks of a service that say what its containers are. */
export function containerSpecs(service: ICheckedResource): ICheckedBlock[] {
  return taskSpecs(service).flatMap((task) => task.blocks('container_spec'));
}
