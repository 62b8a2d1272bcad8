import { AccountStackProps } from './account-stack';
import { NotificationSeverity } from '../src';

const APP_INSTANCE_ARN = 'arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';

/** The settings of one account. An organization has a file like this for each of its accounts. */
export const PRODUCTION_ACCOUNT = {
  teamId: 'T012ABCDEFG',
  channels: {
    Operations: {
      channelId: 'C012OPERATE',
      channelName: 'operations',
      notifyOnCaseSeverity: NotificationSeverity.ALL,
      notifyOnCreateOrReopenCase: true,
      notifyOnAddCorrespondenceToCase: true,
      notifyOnResolveCase: true,
    },
    Urgent: {
      channelId: 'C012URGENT1',
      channelName: 'urgent',
      notifyOnCaseSeverity: NotificationSeverity.HIGH,
      notifyOnCreateOrReopenCase: true,
    },
  },
  accountAlias: 'Example Production',
  onCall: {
    appInstanceArn: APP_INSTANCE_ARN,
    chimeBearer: `${APP_INSTANCE_ARN}/user/deployer`,
    channelName: 'On call',
    memberArns: [`${APP_INSTANCE_ARN}/user/ana`, `${APP_INSTANCE_ARN}/user/ben`],
  },
} satisfies AccountStackProps;
