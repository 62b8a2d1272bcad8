import { readFileSync } from 'node:fs';
import { MUTATIONS, bundleMutation, mutate, mutatedFile } from '../../trials/mutations';

// Whether the campaign finds them is a matter of minutes: see mutations.exhaustive.test.ts.
test.each(MUTATIONS)('the source has the place of the mistake "$name"', (mutation) => {
  const source = readFileSync(mutatedFile(mutation), 'utf8');
  expect(mutate(mutation, source)).not.toBe(source);
});

test('a mutation that no longer fits the source is an error', async () => {
  await expect(bundleMutation({ ...MUTATIONS[0], original: 'not in the source' })).rejects.toThrow('does not have exactly once');
});
