import { xmlDocument } from '../../src/validation/private/report/xml';

test('values neither end an attribute or an element, nor lose their line breaks', () => {
  const value = `a & "b" <c> 'd'\t\r\nend`;
  expect(xmlDocument({ name: 'a', attributes: { b: value, n: 1 }, content: [{ name: 'c' }, { name: 'd', content: value }] })).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<a b="a &amp; &quot;b&quot; &lt;c> 'd'&#x9;&#xD;&#xA;end" n="1">
  <c/>
  <d>a &amp; "b" &lt;c&gt; 'd'\t&#xD;\nend</d>
</a>
`,
  );
});

test('what XML cannot hold is replaced, pairs of surrogates are kept', () => {
  expect(xmlDocument({ name: 'a', content: '\u0000\u000b\u001f x\ud800 \udc00y \uffff 𝄞 é' })).toContain(
    '<a>\ufffd\ufffd\ufffd x\ufffd \ufffdy \ufffd 𝄞 é</a>',
  );
});
