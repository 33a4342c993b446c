import * as fs from 'node:fs';
import * as crypto from 'node:crypto';
import { parseIptablesSave } from './src/firewall/private/iptables-text/parse-iptables-save';
const seen = new Set<string>();
let n = 0, full = 0, rules = 0, bad = 0; const why = new Map<string, number>(); const files: string[] = [];
for (const f of fs.readdirSync('/tmp/corpus').sort((a, b) => (a.includes('net-network') ? -1 : 1) - (b.includes('net-network') ? -1 : 1))) {
  if (/README|bash_history|vpn\.sh|fffuu|parser_test|NOTRACK|docker.txt|script.sh|GoldenFiles|\.md$/.test(f)) continue;
  const text = fs.readFileSync('/tmp/corpus/' + f, 'utf8');
  const h = crypto.createHash('sha1').update(text).digest('hex'); if (seen.has(h)) continue; seen.add(h);
  const family = /ip6/.test(f) || /(::\/|ipv6-icmp)/.test(text) ? 'ipv6' : 'ipv4';
  const t = Date.now(); const r = parseIptablesSave(text, family as any); const ms = Date.now() - t;
  const parts = r.chains.flatMap((c) => c.rules.flatMap((x) => [...x.matches, x.verdict].filter((p: any) => p.kind === 'unknown' && !p.depends).map((p: any) => p.text)));
  const all = [...parts, ...r.notUnderstood];
  n++; rules += r.chains.flatMap((c) => c.rules).length; bad += all.length; if (all.length === 0) full++; else files.push(`${f}: ${all.length}\n    ${[...new Set(all)].slice(0, 6).map((x) => x.slice(0, 160)).join("\n    ")}`);
  for (const w of all) { const k = w.slice(0, 90); why.set(k, (why.get(k) ?? 0) + 1); }
  if (ms > 2000) console.log('SLOW', f, ms);
}
console.log({ n, full, rules, bad }); console.log(files.join('\n')); console.log([...why].sort((a, b) => b[1] - a[1]).slice(0, 70).map(([k, v]) => `${v} ${k}`).join('\n'));
