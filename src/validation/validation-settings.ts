import type { IConstruct } from 'constructs';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { Slot } from '../private/slot';
import { reasonText } from '../private/text';

/** Settings of the checks. */
export interface ValidationSettingsProps {
  /**
   * File with existing findings, which then do not count; a relative path is relative to the working directory. With `BULKHEAD_BASELINE=write` in the
   * environment a synth writes the findings of its stacks there instead of failing. Commit it.
   *
   * @default - every finding counts
   */
  readonly baselineFile?: string;

  /**
   * Date for the expiry of suppressions, as in `2026-11-21`; for tests and for reproducible output.
   *
   * @default - today, in UTC
   */
  readonly today?: string;

  /**
   * Why stacks with constructs of Bulkhead are not checked by `SecureDefaults`, at least 10 characters. Packs that you add still check.
   *
   * @default - `SecureDefaults` checks them
   */
  readonly withoutSecureDefaultsReason?: string;
}

const SLOT = new Slot<ValidationSettingsProps>('validation-settings');

/** Settings of the checks in an app, in a stack, or below a construct that contains stacks. The settings nearest to the stack apply. */
export class ValidationSettings {
  /** Settings at a construct. */
  public static of(scope: IConstruct): ValidationSettings {
    return new ValidationSettings(scope);
  }

  private constructor(private readonly scope: IConstruct) {}

  /** Changes settings; other settings stay. Errors: `ReasonTooShort`, `ExpiryDate`. */
  public set(props: ValidationSettingsProps): void {
    const { path } = this.scope.node;
    checkProps(path, 'ValidationSettingsProps', props);
    if (props.withoutSecureDefaultsReason !== undefined) {
      reasonText(path, 'withoutSecureDefaultsReason', props.withoutSecureDefaultsReason);
    }
    if (props.today !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(props.today)) {
      throw new ValidationError('ExpiryDate', path, `'today' must be a day such as '2026-11-21', got '${props.today}'`);
    }
    SLOT.set(this.scope, { ...SLOT.get(this.scope), ...props });
  }

  /**
   * What counts at the construct.
   *
   * @internal
   */
  public get _effective(): ValidationSettingsProps {
    const all = this.scope.node.scopes.map((scope) => SLOT.get(scope));
    return Object.assign({}, ...all) as ValidationSettingsProps;
  }
}
