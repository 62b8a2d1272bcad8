import { assertFitsTemplate, bundleHandler } from '../../projenrc/handler-bundle';

/** The handler, with another value in a log line. */
const bundleWith = (value: string) => bundleHandler((path, text) => path.endsWith('invocation.ts')
  ? text.replace('JSON.stringify(entry)', () => `JSON.stringify({ ...entry, value: ${value} })`) : text);

test.each(['\'${\'', '\'`\'', '`\\${`', '`\\``'])('refuses what a template could take for its own: %s', async (value) => {
  const handler = await bundleWith(value);
  expect(() => assertFitsTemplate(handler)).toThrow('a template literal or "${"');
});
