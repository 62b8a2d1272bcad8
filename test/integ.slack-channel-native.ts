import { testSlackChannel } from './integ/slack-channel';

testSlackChannel('slack-channel-native', 'native', 'of the account');
