import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Aspects } from 'cdktf';
import { RulePack, Rules, SecureDefaults, Suppressions, SupplyChain, ValidationSettings } from '../../../src';
import { Program } from '../../support/programs';
import { type Entry, program, told, value, whole } from '../entry';

const REASON = 'the site has looked at it and accepts it';

/** Rules, suppressions and baselines. */
export const RULES: readonly Entry[] = [
  program('ExpiryDate', told('app/Web', "got '31.1.2027'", "a day such as '2027-01-31'"), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    Suppressions.of(web).add({ ruleId: 'BH-C22', reason: REASON, expires: isMended ? '2027-01-31' : '31.1.2027' });
    return (s) => s.names('docker_container').length === 1;
  }),
  program('RuleId', told('app/Web', "got 'BH-C22[none]'", "write ruleId: 'BH-C22', detail: 'none'"), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    const which = isMended ? { ruleId: 'BH-C22', detail: 'none' } : { ruleId: 'BH-C22[none]' };
    Suppressions.of(web).add({ ...which, reason: REASON });
    return () => new SecureDefaults().check(p.stack).some(({ ruleId, state }) => ruleId === 'BH-C22' && state === 'suppressed');
  }),
  value('RuleId', told(undefined, "'BH-C99' is not a rule of the pack 'Mine'", 'it has BH-C22'), (isMended) => {
    const pack = new RulePack({ packName: 'Mine', rules: Rules.byId('BH-C22'), without: { [isMended ? 'BH-C22' : 'BH-C99']: REASON } });
    return pack._without.size === 1;
  }),
  value('RegistryName', told(undefined, "'acme/team' is not a registry", "'registry.example.com:5000/team'"), (isMended) => {
    return new SupplyChain({ registries: [isMended ? 'registry.example.com:5000/team' : 'acme/team'] }).rules.length > 0;
  }),
  whole('BaselineMalformed', told('app', 'cannot be read', 'restore it from version control'), (isMended) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-'));
    try {
      const baselineFile = path.join(folder, 'baseline.json');
      const p = new Program();
      p.container('Web', p.segment('Front'));
      ValidationSettings.of(p.stack).set({ baselineFile });
      process.env.BULKHEAD_BASELINE = 'write';
      p.synth();
      delete process.env.BULKHEAD_BASELINE;
      const committed = fs.readFileSync(baselineFile, 'utf8');
      fs.writeFileSync(baselineFile, isMended ? committed : '<<<<<<< HEAD');
      Aspects.of(p.stack).add(new SecureDefaults());
      return p.synth().names('docker_container').length === 1;
    } finally {
      delete process.env.BULKHEAD_BASELINE;
      fs.rmSync(folder, { recursive: true });
    }
  }),
];
