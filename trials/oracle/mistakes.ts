import { MUTATIONS, type Mutation } from '../mutations';
import { SCENARIOS, type Scenario } from './scenarios';

/**
 * Mistakes in the handler, each with a scenario that must find it: without them nobody would know that the
 * scenarios can fail.
 */
const FOUND_BY: Record<string, string> = {
  'deletes what was adopted': 'a creation adopts a channel, which stays when it is no longer declared',
  'ignores another resource that holds the target, when it deletes':
    'all constructs move in the tree, and nothing that is there does',
  'leaves out the flags that are false': 'an example is created, updated, fails, rolls back, adopts and goes',
  'deletes a workspace that other channels use':
    'a workspace that the stack has registered goes with it, but not while somebody else uses it',
};

/** Every mistake with its scenario; fails when one of them goes by another name now. */
export function mistakes(): { mutation: Mutation; scenario: Scenario }[] {
  return Object.entries(FOUND_BY).map(([name, scenarioName]) => {
    const mutation = MUTATIONS.find((candidate) => candidate.name === name);
    const scenario = SCENARIOS.find((candidate) => candidate.name === scenarioName);
    if (!mutation || !scenario) {
      throw new Error(`there is no ${mutation ? `scenario "${scenarioName}"` : `mutation "${name}"`}`);
    }
    return { mutation, scenario };
  });
}
