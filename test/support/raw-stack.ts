import { Container, type ContainerConfig } from '@cdktf/provider-docker/lib/container';
import { Image } from '@cdktf/provider-docker/lib/image';
import { Network } from '@cdktf/provider-docker/lib/network';
import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import { App, Aspects, Testing, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { type Finding, type Rule, RulePack, ValidationSettings } from '../../src';

/** A stack of raw resources, as somebody has it who does not use our constructs. */
export class RawStack {
  public readonly app: App;
  public readonly stack: TerraformStack;

  constructor(id = 'raw', app: App = Testing.app()) {
    this.app = app;
    this.stack = new TerraformStack(app, id);
    ValidationSettings.of(this.stack).set({ today: '2026-11-21' });
    new DockerProvider(this.stack, 'Docker', {});
  }

  public container(id: string, config: Partial<ContainerConfig> = {}): Container {
    return new Container(this.stack, id, { name: id.toLowerCase(), image: 'nginx', ...config });
  }

  public image(id: string, name: string): Image {
    return new Image(this.stack, id, { name });
  }

  public network(id: string, config: object = {}): Network {
    return new Network(this.stack, id, { name: id.toLowerCase(), ...config });
  }

  public add(pack: RulePack, scope: IConstruct = this.stack): this {
    Aspects.of(scope).add(pack);
    return this;
  }

  /** What rules find, as the pack says it without a synth. */
  public findings(...rules: Rule[]): Finding[] {
    return new RulePack({ packName: 'Test', rules }).check(this.stack);
  }
}

/** Findings in short: `BH-C01 raw/Web privileged`. */
export function short(findings: readonly Finding[]): string[] {
  return findings.map(({ ruleId, path, detail }) => `${ruleId} ${path} ${detail}`);
}

/** The same of a stack with constructs of ours. */
export function findingsOf(stack: TerraformStack, ...rules: Rule[]): string[] {
  return short(new RulePack({ packName: 'Test', rules }).check(stack));
}
