import { broken, runMutated } from './fault-matrix-part';

test.each([
  ['takes the conflict with its own earlier try for a failure', 'Create', 'CreateSlackChannelConfiguration'],
  ['fails a deletion of what is gone', 'Delete', 'DeleteSlackChannelConfiguration'],
])('a handler that %s breaks a rule where the service has acted', async (name, event, operation) => {
  expect(broken(await runMutated(name))).toEqual([`${event}, reset after the service acted, ${operation}`, `${event}, lost reply, ${operation}`]);
});
