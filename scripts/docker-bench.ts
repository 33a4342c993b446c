/** Why docker-bench-security finds something on a host of Bulkhead. */
export type Reason = 'passed by' | 'not applicable' | 'the tool is wrong' | 'left to the user';

/**
 * By the tool's number, which is that of 1.6.0: what it warned of or left open on a host with three tiers, `auditRules: true`, on 28.5, in the lab. The
 * scenario docker-bench finds the same or fails.
 */
export const DOCKER_BENCH: Readonly<Record<string, readonly [Reason, string]>> = {
  ...each(
    ['1.1.3', '1.1.4', '1.1.6', '1.1.7', '1.1.8', '1.1.9', '1.1.10', '1.1.11', '1.1.12', '1.1.14', '1.1.15', '1.1.16', '1.1.17', '1.1.18'],
    'passed by',
    '`auditRules: true`, where auditd runs: the rules are on the host, but the lab has a kernel whose audit belongs to the machine around it',
  ),
  '1.2.1': ['left to the user', 'the operating system has its own benchmark'],
  '2.1': ['not applicable', 'the guard is in the network namespace of the host, where a rootless engine has no networks'],
  '2.9': ['left to the user', 'with user namespaces the engine refuses containers that some hosts need; no property sets them'],
  '2.10': ['not applicable', 'only the lab sets a control group on the command line; a HardenedDaemon sets none'],
  '2.12': [
    'left to the user',
    'an authorization plugin is a program that the operator must choose; without one only root and SSH have access to the socket',
  ],
  '2.13': ['left to the user', 'log files have a size limit on the host; the site decides where they are sent'],
  '4.2': ['left to the user', 'the site decides which registries are trusted'],
  ...each(['4.3', '4.4', '4.8', '4.11'], 'left to the user', 'the content of an image is a matter for its builder, and for scanners'),
  '4.5': ['left to the user', 'a variable in the environment of a client; Terraform pulls by digest, which names the content itself'],
  '4.6': ['left to the user', 'a health check of the image; `healthCheck` of a HardenedContainer sets another one'],
  '4.10': ['left to the user', 'a matter for the builder of the image; BH-C26 and BH-I04 report what looks like a secret in a stack'],
  '4.12': ['left to the user', 'the engine checks no signatures; images are named by digest'],
  '5.2': ['not applicable', 'the kernel of the lab has no AppArmor; nothing removes the profile of the engine where there is one'],
  '5.8': [
    'the tool is wrong',
    'any host port below 1024 counts for it, whether declared or not; verify.sh knows which were declared, here 443 on one address',
  ],
  '5.9': [
    'the tool is wrong',
    'it cannot know which ports are needed, and lists all of them; verify.sh compares them with the program, and the guard admits only their sources',
  ],
  '5.12': ['the tool is wrong', 'it checks shares or the number of CPUs, not the quota of a period, which HardenedContainer sets'],
  '5.15': [
    'left to the user',
    '`restartPolicy: RestartPolicy.onFailure(5)`; by default a container is started again whenever it ends, since it would stay down after a restart of the host when it ended with exit code 0',
  ],
  ...each(['5.23', '5.24'], 'left to the user', 'commands that a user runs by hand appear only in the audit log of the host'),
  '5.27': ['left to the user', '`healthCheck` of HardenedContainer; these containers were given none'],
  '5.29': [
    'left to the user',
    "Terraform's provider has no attribute for it; `docker update --pids-limit` sets one until the container is replaced",
  ],
};

function each(ids: readonly string[], reason: Reason, text: string): Record<string, readonly [Reason, string]> {
  return Object.fromEntries(ids.map((id) => [id, [reason, text] as const]));
}
