import { APP, type SavedPort } from './saved-host';

export const B = APP.br;
export const W: SavedPort = { port: 8080, to: '172.18.0.2', inner: 80, bridge: B };
export const PG: SavedPort = { port: 5432, to: '172.18.0.3', inner: 5432, bridge: B };
export const HTTP: SavedPort = { port: 80, to: '172.18.0.2', inner: 80, bridge: B };
export const TLS: SavedPort = { port: 443, to: '172.18.0.2', inner: 443, bridge: B };
export const R: SavedPort = { port: 16379, to: '172.18.0.4', inner: 6379, bridge: B };
export const EST = '-m conntrack --ctstate RELATED,ESTABLISHED';
