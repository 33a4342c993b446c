import { acceptAcrossBridges } from './accept-across-bridges';
import { acceptSkipsDocker } from './accept-skips-docker';
import { dropBeforeEstablished } from './drop-before-established';
import { forwardPolicy } from './forward-policy';
import { hostPortAfterTranslation } from './host-port-after-translation';
import { inputNeverSees } from './input-never-sees';
import { internalReachesHost } from './internal-reaches-host';
import { ipv6LeftOpen } from './ipv6-left-open';
import { logWithoutLimit } from './log-without-limit';
import { loopbackPublication } from './loopback-publication';
import { originalPortBothWays } from './original-port-both-ways';
import { rateCountsPackets } from './rate-counts-packets';
import type { Review } from './reviewed';
import { rulesAfterReturn } from './rules-after-return';

/** Mistakes that are published as advice, in the order in which they are told. */
export const REVIEWS: readonly Review[] = [
  rulesAfterReturn,
  hostPortAfterTranslation,
  originalPortBothWays,
  dropBeforeEstablished,
  acceptAcrossBridges,
  acceptSkipsDocker,
  inputNeverSees,
  rateCountsPackets,
  logWithoutLimit,
  loopbackPublication,
  forwardPolicy,
  ipv6LeftOpen,
  internalReachesHost,
];
