import { testSlackChannel } from './integ/slack-channel';

testSlackChannel('slack-workspace-native', 'native', 'of the stack');
