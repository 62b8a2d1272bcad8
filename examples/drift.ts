/** The same account with a monitor of drift and an alarm: `cdk synth --app 'npx tsx examples/drift.ts'` */
import { App, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_sns as sns } from 'aws-cdk-lib';
import { PRODUCTION_ACCOUNT } from './account-settings';
import { AccountStack } from './account-stack';
import { DriftMonitor } from '../src';

const app = new App();
const stack = new AccountStack(app, 'SupportChannels', PRODUCTION_ACCOUNT);

// Somebody who changes a channel in the Support Center finds it as the stack declares it a little later.
const monitor = new DriftMonitor(stack, 'Drift', { repair: true });

// And the team hears of it. There is data when the handler has looked, and none in between.
const topicArn = stack.formatArn({ service: 'sns', resource: 'operations' });
monitor.metricDrifted().createAlarm(stack, 'DriftAlarm', {
  alarmDescription: 'The log of the handler says what differs from what the stack declares',
  threshold: 1,
  evaluationPeriods: 1,
  treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
}).addAlarmAction(new actions.SnsAction(sns.Topic.fromTopicArn(stack, 'Operations', topicArn)));

app.synth();
