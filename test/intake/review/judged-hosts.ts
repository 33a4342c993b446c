import { B, W } from './judged-ports';
import { DB, type SavedPort } from './saved-host';

export const WEB: SavedPort = { port: 8080, to: '172.17.0.2', inner: 80, bridge: 'docker0' };
export const SHOP: readonly SavedPort[] = [
  { ...W, port: 80 },
  { ...W, port: 443, inner: 443 },
  { port: 5432, to: '172.18.0.3', inner: 5432, bridge: B },
];
export const MOVED: readonly SavedPort[] = [
  W,
  { ...W, port: 8443, inner: 443 },
  { port: 15432, to: '172.18.0.3', inner: 5432, bridge: B },
  { ...WEB, port: 8081 },
];
export const MANY: readonly SavedPort[] = [
  { ...W, port: 80 },
  { ...W, port: 443, inner: 443 },
  { port: 3000, to: '172.18.0.3', inner: 3000, bridge: B },
  { port: 6379, to: '172.19.0.2', inner: 6379, bridge: DB.br },
  { port: 3306, to: '172.19.0.3', inner: 3306, bridge: DB.br },
  { ...WEB, port: 53, inner: 53 },
  { ...WEB, port: 53, inner: 53, proto: 'udp' },
];
