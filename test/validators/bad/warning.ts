/** An app that the library warns about: no Support App is known in the Region. */
import { App, Stack } from 'aws-cdk-lib';
import { ChannelsProvider } from '../../../src';

const app = new App();
new ChannelsProvider(new Stack(app, 'Stack'), 'CdkSupportChannels', { supportAppRegion: 'eu-north-1' });
app.synth();
