import { configurationOf } from './terraform-references';
import type { Resource } from './terraform-resources';
import { InputError } from '../../input-error';
import { type Json, textAt } from '../host/json-text';

/**
 * The resources on one Docker host. Each configuration of the provider is a host: a plan names that of each resource, a state does not.
 * @param host the configuration, such as `docker.second`, where there are several
 * @throws InputError where the host is not clear
 */
export function resourcesOnHost(json: Json, resources: readonly Resource[], host: string | undefined): readonly Resource[] {
  const keyOf = ({ address }: Resource) => textAt(configurationOf(json, address), 'provider_config_key');
  const onDocker = resources.filter(({ type }) => type.startsWith('docker_'));
  const keys = [...new Set(onDocker.flatMap((each) => keyOf(each) ?? []))].sort();
  if (keys.length > 1) {
    if (host === undefined || !keys.includes(host)) {
      throw new InputError(`the plan has ${keys.length} configurations of the provider, one for each Docker host; choose one with --daemon: ${keys.join(', ')}`); // prettier-ignore
    }
    return onDocker.filter((each) => keyOf(each) === host);
  }
  if (host !== undefined) throw new InputError('the input is about one Docker host; leave out --daemon');
  for (const type of ['docker_container', 'docker_network']) {
    const names = onDocker.filter((each) => each.type === type && !isData(each)).map(({ values }) => textAt(values, 'name'));
    const twice = names.find((name, i) => name !== undefined && names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new InputError(`two resources ${type} have the name '${twice}', so there are several Docker hosts, which a state does not distinguish; give a plan: terraform plan -out=plan, then terraform show -json plan`); // prettier-ignore
    }
  }
  return onDocker;
}

export function isData({ address }: Resource): boolean {
  return /(^|\.)data\./.test(address);
}
