import { testChimeChannel } from './integ/chime-channel';

testChimeChannel('chime-channel', 'handler');
