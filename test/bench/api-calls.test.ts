import { measureApiCalls } from '../../bench/api-calls';

const QUESTION = ['ListStackResources', ...Array<string>(3 * 9).fill('DescribeStackResources')];

test('each event takes the API calls that it needs, and no others', async () => {
  const calls = (await measureApiCalls()).map(({ resource, event, operations }) => [`${resource}, ${event}`, operations]);
  expect(Object.fromEntries(calls)).toEqual({
    // A look, which tells what is the stack's own, and the change.
    'SlackWorkspace, Create': ['ListSlackWorkspaceConfigurations', 'RegisterSlackWorkspaceForOrganization'],
    'SlackChannelConfiguration, Create': ['ListSlackChannelConfigurations', 'CreateSlackChannelConfiguration'],
    'AccountAlias, Create': ['GetAccountAlias', 'PutAccountAlias'],
    // Names are not unique, so there is nothing to look for.
    'ChimeChannel, Create': ['CreateChannel'],
    'SlackWorkspace, Update': ['ListSlackWorkspaceConfigurations', 'RegisterSlackWorkspaceForOrganization'],
    'SlackChannelConfiguration, Update': ['ListSlackChannelConfigurations', 'UpdateSlackChannelConfiguration'],
    'AccountAlias, Update': ['GetAccountAlias', 'PutAccountAlias'],
    'ChimeChannel, Update': ['DescribeChannel', 'ListTagsForResource', 'UpdateChannel'],
    // ListStackResources finds a construct that has moved and now holds the target, and an event that comes twice; DescribeStackResources,
    // for each mark that the target can have there and each Region of the Support App, another stack that holds it.
    'SlackWorkspace, Delete': [
      'ListSlackWorkspaceConfigurations', 'ListSlackChannelConfigurations', 'DeleteSlackWorkspaceConfiguration', ...QUESTION,
    ],
    'SlackChannelConfiguration, Delete': ['ListSlackChannelConfigurations', 'DeleteSlackChannelConfiguration', ...QUESTION],
    'AccountAlias, Delete': ['GetAccountAlias', 'DeleteAccountAlias', ...QUESTION],
    'ChimeChannel, Delete': ['DeleteChannel', ...QUESTION],
  });
});
