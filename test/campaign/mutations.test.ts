import { runCampaign } from '../../sandbox/campaign/campaign';
import { MUTATIONS, bundleMutation } from '../../sandbox/campaign/mutations';

/** Histories within which a mistake must show. */
const BOUND = 400;

test.each(MUTATIONS)('the campaign finds a handler that $name', async (mutation) => {
  const { failure } = await runCampaign({ histories: BOUND, seed: mutation.seed ?? 1, shrink: false, code: await bundleMutation(mutation) });
  expect(failure?.reason).toEqual(expect.any(String));
}, 600_000);

test('a mutation that no longer fits the source is an error', async () => {
  await expect(bundleMutation({ ...MUTATIONS[0], original: 'not in the source' })).rejects.toThrow('does not have exactly once');
});
