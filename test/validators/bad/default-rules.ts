/** An app whose template breaks a rule of the CDK: what looks like a reference in inline code, but is none. */
import { App, CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';

const app = new App();
const stack = new Stack(app, 'Stack');
new CfnParameter(stack, 'Name');
new CfnResource(stack, 'Function', {
  type: 'AWS::Lambda::Function',
  properties: {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::111122223333:role/handler',
    Code: { ZipFile: 'exports.handler = async () => "${Name}";' },
  },
});
app.synth();
