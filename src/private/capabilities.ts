/** Capabilities that a container of a web application may need, without prefix; everything else takes a reason. */
export const ORDINARY: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SETFCAP',
];
