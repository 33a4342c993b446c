import { textsOf } from './test/intake/host-texts';
import { hostOf } from './src/intake/private/host/intake-host';
import { HostQuestions } from './src/intake/host-questions';
const q = new HostQuestions(hostOf(textsOf('docker-28.5')));
let t = Date.now();
for (const c of q.open()) console.log(JSON.stringify(c)); console.log(Date.now() - t); t = Date.now();
for (const c of q.exposures()) console.log(JSON.stringify(c)); console.log(Date.now() - t);
for (const [a, b, p] of [['plain', 'db', '5432'], ['internet', 'web', '80'], ['internet', '192.0.2.10', '8080'], ['web', 'db', '5432'], ['db', 'internet', '443'], ['192.0.2.20', '172.18.0.2', '80'], ['outside:eth0','host','22']]) console.log(q.explain(a, b, p).text, '\n-----');
