/** An app: `cdk synth --app 'npx tsx examples/organization/app.ts'` */
import { App } from 'aws-cdk-lib';
import { ManagementStack } from './management-stack';
import { ORGANIZATION } from './settings';

const app = new App();
new ManagementStack(app, 'SupportChannelsOfOrganization', ORGANIZATION);
app.synth();
