// All pages, in the order in which the host grows.
import { daemonStart } from './01-daemon-start';
import { publishedPort } from './02-published-port';
import { customNetwork } from './03-custom-network';
import { twoNetworks } from './04-two-networks';
import { iccOff } from './05-icc-off';
import { internalNetwork } from './06-internal-network';
import { loopbackPublication } from './07-loopback-publication';
import { toTheInternet } from './08-to-the-internet';
import { fromOutside } from './09-from-outside';
import { betweenContainers } from './10-between-containers';
import { orderOfChains } from './11-order-of-chains';
import { dockerUser } from './12-docker-user';
import type { Page } from '../page';

export const PAGES: readonly Page[] = [
  daemonStart,
  publishedPort,
  customNetwork,
  twoNetworks,
  iccOff,
  internalNetwork,
  loopbackPublication,
  toTheInternet,
  fromOutside,
  betweenContainers,
  orderOfChains,
  dockerUser,
];
