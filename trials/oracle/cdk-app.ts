/**
 * What the CDK's CLI deploys: the example, for an account that was never bootstrapped, in the revision that
 * REVISION names.
 */
import { App, BootstraplessSynthesizer } from 'aws-cdk-lib';
import { PRODUCTION_ACCOUNT } from '../../examples/account-settings';
import { AccountStack } from '../../examples/account-stack';

const {
  channels: { Operations, Urgent },
} = PRODUCTION_ACCOUNT;
const REVISIONS = {
  1: PRODUCTION_ACCOUNT,
  2: {
    ...PRODUCTION_ACCOUNT,
    channels: {
      Operations: { ...Operations, channelName: 'operations-eu' },
      Urgent: { ...Urgent, channelId: 'C012URGENT2' },
    },
  },
};

const app = new App();

new AccountStack(app, 'SupportChannels', {
  ...REVISIONS[process.env.REVISION as unknown as 1 | 2],
  synthesizer: new BootstraplessSynthesizer(),
});

app.synth();
