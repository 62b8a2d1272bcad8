import { runCampaign } from '../../trials/campaign';
import { ALL_FEATURES } from '../../trials/history';
import { MUTATIONS, bundleMutation } from '../../trials/mutations';

/** Histories within which a mistake must show. */
const BOUND = 400;

test.each(MUTATIONS)('the campaign finds a handler that $name', async (mutation) => {
  const features = { ...ALL_FEATURES, ...mutation.features };
  const code = await bundleMutation(mutation);
  const { failure } = await runCampaign({ histories: BOUND, seed: mutation.seed ?? 1, features, shrink: false, code });
  expect(failure?.reason).toEqual(expect.any(String));
}, 600_000);
