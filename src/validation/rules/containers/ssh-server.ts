import { defineRule } from '../../private/define-rule';
import { imageName } from '../../private/images';
import { Severity } from '../../severity';

const PROGRAM = /(^|[\s/;&|'"(])(sshd|dropbear)($|[\s;&|'")])/;
const IMAGE = /(^|[/_-])(sshd|openssh|ssh-server|dropbear)([/_:@-]|$)/;

export const sshServer = defineRule({
  ruleId: 'BH-C32',
  title: 'SSH server in a container',
  severity: Severity.INFO,
  inDefaults: false,
  cisControls: ['5.7'],
  why: "An SSH server in a container is a second entry point with separate keys and users; 'docker exec' on the host needs neither.",
  fix: "remove it and its port 22, and use 'docker exec' on the host",
  resourceTypes: ['docker_container'],
  find: (container) => {
    const command = [...container.rawTexts('entrypoint'), ...container.rawTexts('command')].join(' ');
    const image = imageName(container);
    const port = container
      .blocks('ports')
      .some((block) => block.rawText('internal') === '22' && (block.rawText('protocol') ?? 'tcp') === 'tcp');
    return [
      ...(PROGRAM.test(command) ? [{ detail: 'command', message: 'its command starts an SSH server' }] : []),
      ...(image !== undefined && IMAGE.test(image) ? [{ detail: 'image', message: `its image is '${image}'` }] : []),
      ...(port ? [{ detail: 'tcp/22', message: 'it publishes port 22' }] : []),
    ];
  },
});
