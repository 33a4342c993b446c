// Every scenario by the name that `--scenarios` takes.
import * as attacks from './attacks';
import * as generated from './generated';
import * as liveChange from './live-change';
import * as mutation from './mutation';
import * as realServices from './real-services';
import * as registry from './registry';
import * as survival from './survival';
import * as threeTier from './three-tier';
import type { Checks } from '../harness/checks';
import type { EngineId } from '../lab/cache';

export interface Scenario {
  run(engine: EngineId, checks: Checks): void;
  /** What it needs besides the lab, fetched once and kept in the cache. */
  prepare?(): Promise<void>;
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'three-tier': threeTier,
  registry,
  generated,
  'live-change': liveChange,
  'real-services': realServices,
  attacks,
  mutation,
  survival,
};
