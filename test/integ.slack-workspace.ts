import { testSlackChannel } from './integ/slack-channel';

testSlackChannel('slack-workspace', 'handler', 'of the stack');
