import { testSlackChannel } from './integ/slack-channel';

testSlackChannel('slack-channel', 'handler', 'of the account');
