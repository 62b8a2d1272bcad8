/** An app: `cdk synth --app 'npx tsx examples/account.ts'` */
import { App, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { PRODUCTION_ACCOUNT } from './account-settings';
import { AccountStack } from './account-stack';

const app = new App();

new AccountStack(app, 'SupportChannels', {
  ...PRODUCTION_ACCOUNT,
  // No asset needs the bootstrap stack, so the template does not ask for its version either.
  synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});

app.synth();
