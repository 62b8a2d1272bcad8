import { formatFailure, runCampaign } from '../../trials/campaign';
import { Violation } from '../../trials/expectation';
import { ALL_FEATURES } from '../../trials/history';
import { MUTATIONS, bundleMutation, type Mutation } from '../../trials/mutations';
import { TELLING_HISTORIES } from '../../trials/shared-account/telling-histories';
import { SharedAccountWorld } from '../../trials/shared-account/world';

/** Histories within which a mistake must show. */
const BOUND = 400;

/** Why a telling history says that a handler is wrong; nothing where it keeps the rules. */
async function reasonOf(history: string, code: string): Promise<string | undefined> {
  const world = await SharedAccountWorld.start({ code });
  try {
    await world.run({ order: 1, replacedResource: 'REVERSED', oldProperties: 'ATTEMPTED', steps: TELLING_HISTORIES[history] });
    return undefined;
  } catch (error) {
    if (!(error instanceof Violation)) {
      throw error;
    }
    return error.message;
  } finally {
    await world.stop();
  }
}

async function find({ history, worlds, features, seed = 1 }: Mutation, code: string): Promise<string | undefined> {
  if (history !== undefined) {
    return reasonOf(history, code);
  }
  const options = { worlds, seed, features: { ...ALL_FEATURES, ...features }, shrink: false };
  const { failure } = await runCampaign({ ...options, histories: BOUND, code });
  if (failure) {
    // A history that the handler as it is does not survive either says nothing about the mistake.
    const asItIs = await runCampaign({ ...options, histories: Number(failure.path.split(':')[0]) + 1 });
    expect(asItIs.failure && formatFailure(asItIs.failure)).toBeUndefined();
  }
  return failure?.reason;
}

test.each(MUTATIONS)('the trials find a handler that $name', async (mutation) => {
  expect(await find(mutation, await bundleMutation(mutation))).toEqual(expect.any(String));
}, 600_000);
