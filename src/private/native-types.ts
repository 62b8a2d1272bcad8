import type * as supportapp from 'aws-cdk-lib/aws-supportapp';
import type { CfnResource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { SUPPORT_APP_REGIONS } from '../constraints';
import {
  ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE,
} from '../contract';

/** A generated class: its properties are those of the type with a small first letter. */
export type GeneratedClass = new (scope: Construct, id: string, props: never) => CfnResource;

/** A resource type of CloudFormation's own. */
export interface NativeType {
  readonly name: string;
  /** The Regions whose CloudFormation knows the type. */
  readonly regions: string[];
  /** The properties that it takes of those that a construct declares; `Tags` come from elsewhere. */
  readonly properties: string[];
  /** Its attributes, by the names that they have with the handler. */
  readonly attributes: Record<string, string>;
  /** The generated class, if this release of `aws-cdk-lib` has one. Modules are loaded for those who use them. */
  readonly loadClass: () => GeneratedClass | undefined;
}

/** CloudFormation's types, by the types of the handler's resources. */
export const NATIVE_TYPES: Record<string, NativeType> = {
  [SLACK_WORKSPACE_TYPE]: {
    name: 'AWS::SupportApp::SlackWorkspaceConfiguration',
    regions: SUPPORT_APP_REGIONS,
    properties: ['TeamId'],
    attributes: {},
    loadClass: () => supportApp().CfnSlackWorkspaceConfiguration,
  },
  [SLACK_CHANNEL_CONFIGURATION_TYPE]: {
    name: 'AWS::SupportApp::SlackChannelConfiguration',
    regions: SUPPORT_APP_REGIONS,
    properties: [
      'TeamId', 'ChannelId', 'ChannelName', 'ChannelRoleArn', 'NotifyOnCaseSeverity',
      'NotifyOnAddCorrespondenceToCase', 'NotifyOnCreateOrReopenCase', 'NotifyOnResolveCase',
    ],
    attributes: {},
    loadClass: () => supportApp().CfnSlackChannelConfiguration,
  },
  [ACCOUNT_ALIAS_TYPE]: {
    name: 'AWS::SupportApp::AccountAlias',
    regions: SUPPORT_APP_REGIONS,
    properties: ['AccountAlias'],
    attributes: {},
    loadClass: () => supportApp().CfnAccountAlias,
  },
  [CHIME_CHANNEL_TYPE]: {
    name: 'AWS::Chime::Channel',
    regions: ['us-east-1'],
    properties: [
      'AppInstanceArn', 'ChimeBearer', 'Name', 'Mode', 'Privacy', 'Metadata', 'ChannelId', 'MemberArns', 'ModeratorArns',
      'ElasticChannelConfiguration', 'ExpirationSettings',
    ],
    attributes: { ChannelArn: 'Arn' },
    loadClass: chimeChannelClass,
  },
};

function supportApp(): typeof supportapp {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for native types
  return require('aws-cdk-lib/aws-supportapp') as typeof supportapp;
}

/** Older releases of `aws-cdk-lib` do not have it, and have no module for it. */
function chimeChannelClass(): GeneratedClass | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for native types
    return (require('aws-cdk-lib/aws-chime') as { CfnChannel?: GeneratedClass }).CfnChannel;
  } catch {
    return undefined;
  }
}
