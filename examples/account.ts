/** An app: `cdk synth --app 'npx tsx examples/account.ts'` */
import { App, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { PRODUCTION_ACCOUNT } from './account-settings';
import { AccountStack } from './account-stack';

const app = new App();

new AccountStack(app, 'SupportChannels', {
  ...PRODUCTION_ACCOUNT,
  // The template has no asset, so it does not ask for the version of the bootstrap stack either. The CDK's CLI does, before it deploys: in an account
  // that was never bootstrapped take the BootstraplessSynthesizer.
  synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});

app.synth();
