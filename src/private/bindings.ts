/**
 * The one file that imports the provider's bindings.
 *
 * The Late classes fill nested blocks when the JSON is rendered, because memberships and ports follow from flows that are declared later.
 * A lazy value would not do: in nested blocks cdktf passes its camelCase keys through, and a lazy single block vanishes.
 */
import { createHash } from 'crypto';
import { Config } from '@cdktf/provider-docker/lib/config';
import {
  Container,
  type ContainerConfig,
  type ContainerHost,
  type ContainerMounts,
  type ContainerNetworksAdvanced,
  type ContainerPorts,
} from '@cdktf/provider-docker/lib/container';
import { DataDockerNetwork } from '@cdktf/provider-docker/lib/data-docker-network';
import { Image } from '@cdktf/provider-docker/lib/image';
import { Network, type NetworkConfig } from '@cdktf/provider-docker/lib/network';
import { DockerProvider, type DockerProviderConfig } from '@cdktf/provider-docker/lib/provider';
import {
  Service,
  type ServiceConfig,
  type ServiceEndpointSpecPorts,
  type ServiceTaskSpecNetworksAdvanced,
} from '@cdktf/provider-docker/lib/service';
import { Volume } from '@cdktf/provider-docker/lib/volume';
import { DefaultTokenResolver, StringConcat, Tokenization } from 'cdktf';
import type { Construct } from 'constructs';
import { SETTINGS_LABEL } from './names';

export { Config, Container, DataDockerNetwork, Image, Network, Volume, DockerProvider };
export type { ContainerConfig, DockerProviderConfig, NetworkConfig, ServiceConfig };

export interface LateContainerBlocks {
  readonly networksAdvanced: ContainerNetworksAdvanced[];
  readonly ports: ContainerPorts[];
  readonly host: ContainerHost[];
  readonly dns: string[];
  /** Beside those that the container was made with. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Targets of volumes into which the engine copies neither content of the image nor the owner of its folder. */
  readonly uncopied?: readonly string[];
}

export class LateContainer extends Container {
  constructor(
    scope: Construct,
    id: string,
    private readonly config: ContainerConfig,
    private readonly late: () => LateContainerBlocks,
  ) {
    super(scope, id, config);
  }

  protected synthesizeAttributes(): { [name: string]: unknown } {
    this.refresh();
    return super.synthesizeAttributes();
  }

  protected synthesizeHclAttributes(): { [name: string]: unknown } {
    this.refresh();
    return super.synthesizeHclAttributes();
  }

  /** The values of some attributes that were set without the construct: overrides and the setters of the resource, by attribute name. */
  public setBeside(attributes: readonly string[]): Record<string, unknown> {
    const inputOf = (attribute: string) =>
      (this as unknown as Record<string, unknown>)[`${attribute.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}Input`];
    return { ...Object.fromEntries(attributes.map((attribute) => [attribute, inputOf(attribute)])), ...this.rawOverrides };
  }

  private refresh(): void {
    const { networksAdvanced, ports, host, dns, sysctls, uncopied = [] } = this.late();
    if (networksAdvanced.length > 0) {
      this.putNetworksAdvanced(networksAdvanced);
    }
    if (Object.keys(sysctls).length > 0) {
      this.sysctls = { ...this.config.sysctls, ...sysctls };
    }
    if (ports.length > 0) {
      this.putPorts(ports);
    }
    if (host.length > 0) {
      this.putHost(host);
    }
    if (dns.length > 0) {
      this.dns = dns;
    }
    const { mountsInput } = this;
    if (uncopied.length > 0 && Array.isArray(mountsInput)) {
      const without = ({ volumeOptions }: ContainerMounts) => ({ volumeOptions: { ...volumeOptions, noCopy: true } });
      this.putMounts(mountsInput.map((mount) => (uncopied.includes(mount.target) ? { ...mount, ...without(mount) } : mount)));
    }
    this.replaceOnChange();
  }

  /** The provider changes these only in its state, and the container keeps its values; a changed label replaces it. */
  private replaceOnChange(): void {
    const forgotten = [
      this.healthcheckInput,
      this.mountsInput,
      this.tmpfsInput,
      this.cpuQuotaInput,
      this.cpuPeriodInput,
      this.initInput,
      this.stopSignalInput,
    ];
    const text = JSON.stringify(
      Tokenization.resolve(forgotten, { scope: this, resolver: new DefaultTokenResolver(new StringConcat()), preparing: false }),
    );
    const own = { label: SETTINGS_LABEL, value: createHash('sha256').update(text).digest('hex').slice(0, 12) };
    const others = Array.isArray(this.labelsInput) ? this.labelsInput.filter(({ label }) => label !== SETTINGS_LABEL) : [];
    this.putLabels([...others, own]);
  }
}

export interface LateServiceBlocks {
  readonly networks: readonly { readonly id: string; readonly aliases?: string[] }[];
  readonly ports: ServiceEndpointSpecPorts[];
}

export class LateService extends Service {
  constructor(
    scope: Construct,
    id: string,
    config: ServiceConfig,
    private readonly late: () => LateServiceBlocks,
  ) {
    super(scope, id, config);
  }

  /**
   * The provider's 4.x line reads networks back by `id`, an attribute that the bindings do not have: with their `name` every plan would replace the
   * service.
   */
  protected synthesizeAttributes(): { [name: string]: unknown } {
    this.refresh();
    const attributes = super.synthesizeAttributes() as { task_spec: { networks_advanced: ServiceTaskSpecNetworksAdvanced[] } };
    const networks = attributes.task_spec.networks_advanced.map(({ name, ...rest }) => ({ id: name, ...rest }));
    return { ...attributes, task_spec: { ...attributes.task_spec, networks_advanced: networks } };
  }

  private refresh(): void {
    const { networks, ports } = this.late();
    this.taskSpec.putNetworksAdvanced(networks.map(({ id, aliases }) => ({ name: id, aliases })));
    if (ports.length > 0) {
      this.endpointSpec.putPorts(ports);
    }
  }
}

/** A network that is written only while it is needed: the gateway network of a segment without publications and egress does not exist. */
export class LateNetwork extends Network {
  constructor(
    scope: Construct,
    id: string,
    config: NetworkConfig,
    private readonly needed: () => boolean,
  ) {
    super(scope, id, config);
  }

  public toTerraform(): unknown {
    return this.needed() ? super.toTerraform() : {};
  }

  public toHclTerraform(): unknown {
    return this.needed() ? super.toHclTerraform() : {};
  }
}
