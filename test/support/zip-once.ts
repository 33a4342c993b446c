// Most of what tests zip is the same text, and the library packs it as small as it can, which takes longest of all that a synth does.
jest.mock('pako', () => {
  const pako = jest.requireActual<typeof import('pako')>('pako');
  const zipped = new Map<string, Uint8Array>();
  return {
    ...pako,
    gzip: (bytes: Uint8Array, options: Parameters<typeof pako.gzip>[1]) => {
      const key = `${JSON.stringify(options)} ${Buffer.from(bytes).toString('latin1')}`;
      const known = zipped.get(key) ?? pako.gzip(bytes, options);
      zipped.set(key, known);
      return known;
    },
  };
});
