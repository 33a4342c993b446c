/** What `terraform show -json` prints, as far as it is read. */
export interface Shown {
  readonly type: string;
  readonly name: string;
  readonly values: Record<string, unknown>;
  /** Of a plan: the configuration, by argument. */
  readonly expressions?: Record<string, unknown>;
  readonly isData?: true;
  /** Of a plan: the configuration of the provider. */
  readonly provider?: string;
}

const addressOf = ({ type, name, isData }: Shown) => `${isData ? 'data.' : ''}${type}.${name}`;
const resource = (shown: Shown) => ({
  address: addressOf(shown),
  mode: shown.isData ? 'data' : 'managed',
  type: shown.type,
  name: shown.name,
  values: shown.values,
});
const COMMON = { format_version: '1.0', terraform_version: '1.11.4' };

/** Of a state; `inModule` are in a module. */
export function state(resources: readonly Shown[], inModule: readonly Shown[] = []): object {
  const child_modules = inModule.length === 0 ? undefined : [{ address: 'module.m', resources: inModule.map(resource) }];
  return { ...COMMON, values: { root_module: { resources: resources.map(resource), child_modules } } };
}

/** Of a plan; what is data was read before. */
export function plan(resources: readonly Shown[]): object {
  const of = (isData: boolean) => ({
    root_module: { resources: resources.filter((each) => (each.isData ?? false) === isData).map(resource) },
  });
  return {
    ...COMMON,
    planned_values: of(false),
    prior_state: { ...COMMON, values: of(true) },
    configuration: {
      root_module: {
        resources: resources.map((shown) => ({
          address: addressOf(shown),
          expressions: shown.expressions ?? {},
          provider_config_key: shown.provider ?? 'docker',
        })),
      },
    },
  };
}

export function network(name: string, values: Record<string, unknown> = {}, id = ''): Shown {
  return { type: 'docker_network', name, values: { name, driver: 'bridge', ...(id !== '' && { id }), ...values } };
}

export function container(name: string, networks: readonly Record<string, unknown>[] = [], values: Record<string, unknown> = {}): Shown {
  return {
    type: 'docker_container',
    name,
    values: { name, network_mode: 'bridge', start: true, networks_advanced: networks, ports: [], ...values },
  };
}
