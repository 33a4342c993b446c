import { type Block, blocksOf, COMMAND_LANGUAGES, PAGES } from './pages';

/** Where a block of commands is run as it is written. */
export type Run =
  /** In an empty folder, with the packed library in the place of the published one: `scripts/pack-check.ts`. */
  | { readonly runs: 'project' }
  /** On hosts of the lab, with an engine: the scenario `guides`. */
  | { readonly runs: 'host' }
  /** By a check that has its own reason to; the file says the command. */
  | { readonly runs: 'elsewhere'; readonly by: string }
  /** By a check that reads the page and runs its blocks. */
  | { readonly runs: 'page'; readonly by: string }
  /** Not by any check; told as SKIPPED. */
  | { readonly runs: 'nowhere'; readonly because: string };

const project: Run = { runs: 'project' };
const host: Run = { runs: 'host' };

/** Every block of commands that a reader may copy, by its page and its first line. */
export const COMMANDS: Readonly<Record<string, Run>> = {
  'README.md: npm install cdktf@^0.21 constructs@^10.4.2 @cdktf/provider-docker@^12.0.3 cdktf-docker-bulkhead': project,
  'README.md: npx tsc --noEmit --skipLibCheck main.ts': project,
  'README.md: scp cdktf.out/stacks/shop/bulkhead/shop--Host/install.sh root@192.0.2.10:': host,
  'README.md: ./scripts/demo.sh': { runs: 'elsewhere', by: 'scripts/demo-check.ts' },
  'README.md: ./scripts/test.sh': { runs: 'elsewhere', by: '.ci/run' },
  'CONTRIBUTING.md: sudo ./node_modules/.bin/tsx test/integ/run.ts --engines 28.5 --scenarios three-tier': {
    runs: 'nowhere',
    because: 'a run of all checks runs this scenario, beside others and with its own options',
  },
  'CONTRIBUTING.md: ./scripts/campaign.sh': { runs: 'nowhere', because: 'it takes hours' },
  'examples/three-tier/README.md: npx cdktf synth': {
    runs: 'nowhere',
    because: 'cdktf deploy asks a person, and a registry; the demo takes the same steps with --auto-approve and --skip-provider-lock',
  },
  'docs/guides/cdktn.md: npm install': project,
  'docs/guides/command-line.md: npx bulkhead exposure': { runs: 'page', by: 'scripts/pack-check.ts' },
  'docs/guides/command-line.md: cp cdktf.out/stacks/shop/bulkhead/shop--Host/topology.json main.json': {
    runs: 'page',
    by: 'scripts/pack-check.ts',
  },
  'docs/guides/command-line.md: npx bulkhead collect >collect.sh': {
    runs: 'nowhere',
    because: 'there is no host for ssh; test/cli/collect.test.ts and the scenario collect run the command and its program',
  },
  'docs/guides/command-line.md: npx bulkhead exposure --input host.txt': {
    runs: 'nowhere',
    because: 'its input comes from a host; test/cli/host.test.ts asks the same of the texts of one',
  },
  'docs/guides/compose.md: npx bulkhead exposure compose.yaml --engine 28.5': { runs: 'page', by: 'test/cli/compose.test.ts' },
  'docs/guides/compose.md: npx bulkhead diff old/compose.yaml compose.yaml --engine 28.5': { runs: 'page', by: 'test/cli/compose.test.ts' },
  'docs/guides/host-files.md: cd cdktf.out/stacks/shop/bulkhead/shop--Host': host,
  'docs/guides/host-files.md: sh install.sh --check': host,
  'docs/guides/host-files.md: bulkhead-firewall status | tail -n 1': host,
  "docs/guides/ipv6.md: echo 'net.ipv6.conf.eth0.accept_ra = 2' >/etc/sysctl.d/90-uplink.conf": host,
  'docs/guides/workloads.md: install -d -m 0711 /srv/shop': host,
  "docs/guides/workloads.md: docker inspect --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Memory}}' shop-db shop-api":
    host,
  'docs/guides/secrets.md: bulkhead-secret put db-password < db-password.txt': { runs: 'elsewhere', by: 'test/integ/scenarios/secrets.ts' },
  'docs/guides/secrets.md: ssh root@192.0.2.10 bulkhead-secret put db-password < db-password.txt': {
    runs: 'elsewhere',
    by: 'test/integ/scenarios/secrets.ts',
  },
  'docs/guides/secrets.md: head -c 32 /dev/urandom | base64 | bulkhead-secret put db-password': {
    runs: 'elsewhere',
    by: 'test/integ/scenarios/secrets.ts',
  },
  'docs/guides/secrets.md: systemd-ask-password -n | bulkhead-secret put db-password': { runs: 'nowhere', because: 'it asks a person' },
  'docs/guides/secrets.md: vault kv get -field=password secret/shop | ssh admin@192.0.2.10 sudo bulkhead-secret put db-password': {
    runs: 'nowhere',
    because: 'Vault, SOPS and age are not on a machine of the checks; the scenario secrets puts a value over SSH',
  },
  'docs/guides/swarm.md: ssh root@192.0.2.10 bulkhead-swarm token worker | ssh root@192.0.2.12 bulkhead-swarm join': host,
};

/** Where text that follows no program and no command is compared with what was printed, by its page and how it begins. */
export const TEXTS: Readonly<Record<string, string>> = {
  'README.md: open ports, expected | observed ("-": none):': 'scripts/demo-check.ts',
  'docs/OUTPUT.md: cdktf.out/stacks/three-tier/': 'scripts/guides-check.ts',
  'docs/OUTPUT.md: three-tier/Host: 2 flows proved, nothing undeclared is open': 'scripts/guides-check.ts',
  'docs/OUTPUT.md: DROPPED: app/Web does not reach app/Db on tcp/5432': 'test/patterns/three-tier-network.test.ts',
};

/** Without what the line says of itself. */
export const keyOf = ({ page, text }: Block): string => `${page}: ${text.split('\n')[0].replace(/\s+#.*$/, '')}`;

/** The lines of a block, each a command. */
export const linesOf = ({ text }: Block): string[] => text.split('\n').filter((line) => line.trim() !== '');

export const commandBlocks = (): Block[] =>
  PAGES.flatMap((page) => blocksOf(page)).filter(({ language }) => COMMAND_LANGUAGES.includes(language));

export const isRun = (block: Block, runs: Run['runs']): boolean => COMMANDS[keyOf(block)]?.runs === runs;
