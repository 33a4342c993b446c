import type { TerraformProvider } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { Declarations } from './private/declarations';

/** One Docker Engine on one host, on which segments and workloads are placed. */
export interface IDaemon extends IConstruct {
  /** Twelve hexadecimal characters that name the daemon on its host. They follow from the construct path. */
  readonly daemonId: string;

  /**
   * @internal
   */
  readonly _declarations: Declarations;

  /**
   * @internal
   */
  readonly _stampPath: string | undefined;

  /**
   * @internal
   */
  readonly _icc: boolean;

  /**
   * @internal
   */
  readonly _networkOptions: Record<string, string>;

  /**
   * @internal
   */
  _providerFor(scope: IConstruct): TerraformProvider;
}
