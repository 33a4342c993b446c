import { controlsOf } from '../../../hardening/private/engine-settings';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

/** With 'https', the provider still uses plain HTTP if it has no certificates. */
const TCP = /^\s*(tcp|https?):\/\//i;

export const plainConnection = defineRule({
  ruleId: 'BH-V01',
  title: 'connection to the engine without TLS',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: controlsOf('hosts'),
  why: 'A client that reaches the port of the engine has root access to its host, and an attacker on the network path can read and change what Terraform sends.',
  fix: "connect with 'ssh://', or set 'cert_path', or all three of 'ca_material', 'cert_material' and 'key_material'",
  links: ['https://docs.docker.com/engine/security/protect-access/'],
  resourceTypes: ['provider.docker'],
  suppressible: false,
  find: (provider) => {
    const certified = isSet(provider, 'cert_material') && isSet(provider, 'key_material');
    if (isSet(provider, 'cert_path') || (certified && isSet(provider, 'ca_material'))) return [];
    const host = provider.rawText('host') ?? '';
    if (TCP.test(host)) {
      const what = certified ? "without 'ca_material', so it accepts any certificate" : 'without TLS';
      return [{ detail: host, message: `the provider connects to '${host}' ${what}` }];
    }
    provider.text('host');
    return [];
  },
});

function isSet(provider: ICheckedResource, attribute: string): boolean {
  return (provider.rawText(attribute) ?? '') !== '';
}
