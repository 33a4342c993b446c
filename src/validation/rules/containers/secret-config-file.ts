import { secretsInText } from '../../../private/secret-looking';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const secretConfigFile = defineRule({
  ruleId: 'BH-C40',
  title: 'secret in a config file',
  severity: Severity.WARNING,
  inDefaults: true,
  why: "The content of a ConfigFile is readable in the files of the host, in its user data and in copies of both; where only the API of the engine is managed, also in the Terraform state and in 'docker inspect'.",
  fix: 'let the program read the secret from a SecretFile, and name its path in the config file; if the value is not a secret, suppress this finding for it',
  resourceTypes: ['config_file'],
  find: (file) => {
    const path = file.rawText('path') ?? '';
    return secretsInText(file.rawText('content') ?? '').map(({ name, what }) => ({
      detail: `${path} ${name}`,
      message: `'${name}' in the config file '${path}' looks like ${what}`,
    }));
  },
});
