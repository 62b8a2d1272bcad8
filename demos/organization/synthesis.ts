import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource } from 'aws-cdk-lib';
import { ManagementStack } from '../../examples/organization/management-stack';
import type { OrganizationSettings } from '../../examples/organization/settings';
import { parseTemplate, PreparedTemplate } from '../../local-aws/cloudformation/template';
import type { Template } from '../../local-aws/cloudformation/template-model';
import { ACCOUNT_ALIAS_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE } from '../../src/contract';

export const STACK_NAME = 'SupportChannelsOfOrganization';

/** The example after one edit: both templates, and what the members' one declares for an account. */
export interface RolledOutTemplate {
  /** The cloud assembly. */
  readonly directory: string;
  readonly managementBytes: number;
  readonly memberBytes: number;
  readonly memberBody: string;
  readonly member: Template;
  channelOf(accountId: string): string;
  aliasOf(accountId: string): string;
}

/** Synthesizes the example in this process, as `cdk synth` would in its own. */
export function synthesizeOrganization(directory: string, settings: OrganizationSettings, handlerTimeout?: number): RolledOutTemplate {
  const app = new App({ outdir: directory, analyticsReporting: false });
  const stack = new ManagementStack(app, STACK_NAME, settings);
  if (handlerTimeout !== undefined) {
    stack.node.findAll().filter(CfnResource.isCfnResource).filter(({ cfnResourceType }) => cfnResourceType === 'AWS::Lambda::Function')
      .forEach((handler) => handler.addPropertyOverride('Timeout', handlerTimeout));
  }
  app.synth();
  const { files } = JSON.parse(readFileSync(join(directory, `${STACK_NAME}.assets.json`), 'utf8')) as { files: Record<string, { source: { path: string } }> };
  const [memberFile] = Object.values(files).map(({ source }) => source.path).filter((path) => path !== stack.templateFile);
  const memberBody = readFileSync(join(directory, memberFile), 'utf8');
  const member = parseTemplate(memberBody, 'S3');
  const declared = (accountId: string, type: string, property: string) => {
    const { region } = settings;
    const stackId = `arn:aws:cloudformation:${region}:${accountId}:stack/declared/1`;
    const template = new PreparedTemplate(member, {}, { accountId, region, stackName: 'declared', stackId });
    const { definition } = [...template.resources.values()].find(({ definition: { Type } }) => Type === type)!;
    return String(template.evaluate(definition.Properties?.[property], NO_RESOURCES));
  };
  return {
    directory,
    managementBytes: Buffer.byteLength(readFileSync(join(directory, stack.templateFile))),
    memberBytes: Buffer.byteLength(memberBody),
    memberBody,
    member,
    channelOf: (accountId) => declared(accountId, SLACK_CHANNEL_CONFIGURATION_TYPE, 'ChannelId'),
    aliasOf: (accountId) => declared(accountId, ACCOUNT_ALIAS_TYPE, 'AccountAlias'),
  };
}

const NO_RESOURCES = {
  ref: (logicalId: string): never => {
    throw new Error(`what differs between accounts must not depend on resource ${logicalId}`);
  },
  getAtt: (logicalId: string): never => {
    throw new Error(`what differs between accounts must not depend on resource ${logicalId}`);
  },
  importValue: (name: string): never => {
    throw new Error(`what differs between accounts must not depend on export ${name}`);
  },
};
