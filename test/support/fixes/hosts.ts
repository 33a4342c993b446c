import { TerraformResource } from 'cdktf';
import { hardened, hardenedSwarm } from './networks';
import { accept, ENGINE, type FixPair, ours, program } from './pair';

const DAEMON_JSON = '/etc/docker/daemon.json';
const LIKE_ROOT = 'suppress this finding with the reason to trust this user like root';

/** A machine that somebody makes, with its user data. */
function machine(ruleId: string, follows: readonly string[], bad: object, change: object | undefined): FixPair {
  return program(
    ruleId,
    follows,
    ({ stack }, isFixed) => {
      const config = { ...bad, ...(isFixed && change) };
      const host = new TerraformResource(stack, 'Host', { terraformResourceType: 'aws_instance' });
      host.addOverride('user_data', `#cloud-config\n${JSON.stringify(config)}\n`);
      if (isFixed && change === undefined) accept(host, ruleId, 'deploy');
    },
    { ...(change === undefined && { accepts: true }) },
  );
}

function file(rest: object): object {
  return { write_files: [{ path: DAEMON_JSON, content: JSON.stringify(ENGINE), ...rest }] };
}

/** Hosts, and what is brought to them. */
export const HOSTS: readonly FixPair[] = [
  ours(
    'BH-H01',
    ["set 'auditRules' of the HardenedDaemon to true: its host files then contain the rules", 'its user data installs auditd'],
    (isFixed) => hardened({ auditRules: isFixed }).stack,
  ),
  machine(
    'BH-H02',
    ['set the owner and the mode that the message names'],
    file({ owner: 'deploy:deploy', permissions: '0666' }),
    file({ owner: 'root:root', permissions: '0644' }),
  ),
  machine(
    'BH-H03',
    ['remove the user from the group and connect to the engine by SSH as root'],
    { users: [{ name: 'deploy', groups: ['docker'] }] },
    { users: [{ name: 'deploy', groups: [] }] },
  ),
  machine('BH-H03', [LIKE_ROOT], { groups: [{ docker: ['deploy'] }] }, undefined),
  ours(
    'BH-H04',
    ['put /var/lib/docker on a separate file system', "declare it with 'dataPartition: true' of the HardenedDaemon"],
    (isFixed) => hardened({ dataPartition: isFixed }).stack,
  ),
  ours(
    'BH-H05',
    [
      "create the swarm with SwarmCluster and without 'withoutAutolockReason': it sets all addresses, locks managers and lets certificates expire",
    ],
    (isFixed) => hardenedSwarm(isFixed ? {} : { withoutAutolockReason: 'nobody is there to unlock it' }).stack,
  ),
];
