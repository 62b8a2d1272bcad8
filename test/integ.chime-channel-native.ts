import { testChimeChannel } from './integ/chime-channel';

testChimeChannel('chime-channel-native', 'native');
