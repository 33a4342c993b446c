import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isSetTo } from './private/setting';

export const tcpListener = defineRule({
  ruleId: 'BH-D06',
  title: 'engine listens on TCP without client certificates',
  severity: Severity.ERROR,
  inDefaults: true,
  suppressible: false,
  cisControls: controlsOf('hosts'),
  why: 'A client that reaches the port can start a container that mounts the host: this is root access to the host without a password.',
  fix: "remove the entry from 'hosts' in daemon.json and connect to the engine by SSH, or set 'tlsverify' to true with 'tlscacert', 'tlscert' and 'tlskey'",
  links: ['https://docs.docker.com/engine/security/protect-access/'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    if (isSetTo(engine, 'tlsverify', true)) return [];
    const listeners = engine.texts('hosts').filter((host) => !/^(unix|fd|npipe):\/\//.test(host.trim()));
    return listeners.map((host) => ({ detail: host, message: `'hosts' has '${host}', and 'tlsverify' is not true` }));
  },
});
