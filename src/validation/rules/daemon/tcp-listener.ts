import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';
import { isSetTo } from './private/setting';

export const tcpListener = defineRule({
  ruleId: 'BH-D06',
  title: 'engine listens on TCP without asking for certificates',
  severity: Severity.ERROR,
  inDefaults: true,
  suppressible: false,
  cisControls: controlsOf('hosts'),
  why: 'Whoever reaches the port starts a container with the host in it: that is root on the host, without a password.',
  fix: "take the entry out of 'hosts' in daemon.json and reach the engine by SSH, or set 'tlsverify' to true with 'tlscacert', 'tlscert' and 'tlskey'",
  links: ['https://docs.docker.com/engine/security/protect-access/'],
  resourceTypes: ['daemon.json'],
  find: (engine) => {
    if (isSetTo(engine, 'tlsverify', true)) return [];
    const listeners = engine.texts('hosts').filter((host) => !/^(unix|fd|npipe):\/\//.test(host.trim()));
    return listeners.map((host) => ({ detail: host, message: `'hosts' has '${host}', and 'tlsverify' is not true` }));
  },
});
