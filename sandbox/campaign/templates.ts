import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_iam as iam, BootstraplessSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import type { Declaration } from './declaration';
import { lookOf, TEAMS, channelIdOf } from './declaration';
import { AccountAlias, ChannelsProvider, ChimeChannel, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../../src';
import type { Roles } from '../cloudformation/roles';
import type { ResourceDefinition, Template } from '../cloudformation/template';

type Resources = Record<string, ResourceDefinition>;

/** How the constructs write the resources of an account, synthesized once: the pattern for all templates of the campaign. */
export class Templates {
  private readonly common: Resources;
  private readonly patterns: Record<string, ResourceDefinition>;

  /** @param code what the function runs in place of the library's own handler. */
  public constructor(public readonly accountId: string, public readonly appInstanceArn: string, public readonly bearer: string, code?: string) {
    const resources = synthesize(accountId, appInstanceArn, bearer);
    const isCustom = ([, { Type }]: [string, ResourceDefinition]) => Type.startsWith('Custom::');
    this.common = Object.fromEntries(Object.entries(resources).filter((entry) => !isCustom(entry)));
    this.patterns = Object.fromEntries(Object.entries(resources).filter(isCustom).map(([, definition]) => [definition.Type, definition]));
    if (code !== undefined) {
      const handler = Object.values(this.common).find(({ Type }) => Type === 'AWS::Lambda::Function')!;
      (handler.Properties!.Code as { ZipFile: string }).ZipFile = code;
    }
  }

  public build(declarations: readonly Declaration[], failsAfter?: readonly string[]): Template {
    const resources: Resources = { ...this.common };
    for (const declaration of declarations) {
      resources[declaration.logicalId] = this.define(declaration, declarations);
    }
    if (failsAfter) {
      Object.assign(resources, this.failure(failsAfter));
    }
    return { Resources: resources };
  }

  private define(declaration: Declaration, all: readonly Declaration[]): ResourceDefinition {
    const type = TYPES[declaration.kind];
    const { Properties: properties, DependsOn: dependencies } = this.patterns[type];
    // Such as the policy that allows what the handler does.
    const common = [dependencies ?? []].flat().filter((logicalId) => logicalId in this.common);
    const workspace = declaration.kind === 'channel' && all.find(({ kind, team }) => kind === 'workspace' && team === declaration.team);
    return {
      Type: type,
      Properties: { ServiceToken: properties!.ServiceToken, ServiceTimeout: properties!.ServiceTimeout, ...this.properties(declaration) },
      DependsOn: [...common, ...workspace ? [workspace.logicalId] : []],
      DeletionPolicy: declaration.retain ? 'Retain' : 'Delete',
      ...declaration.retain && { UpdateReplacePolicy: 'Retain' },
    };
  }

  private properties(declaration: Declaration): Record<string, unknown> {
    const Existing = declaration.adopt ? 'ADOPT' : 'FAIL';
    switch (declaration.kind) {
      case 'workspace':
        return { TeamId: TEAMS[declaration.team] };
      case 'channel':
        return {
          TeamId: TEAMS[declaration.team],
          ChannelId: channelIdOf(declaration),
          ChannelRoleArn: channelRoleArn(this.accountId),
          ...lookOf(declaration),
          Existing,
        };
      case 'alias':
        return { ...lookOf(declaration), Existing };
      case 'chime':
        return { AppInstanceArn: this.appInstanceArn, ChimeBearer: this.bearer, ...lookOf(declaration) };
    }
  }

  /** A resource of somebody else whose function fails it once others are made or changed. */
  private failure(after: readonly string[]): Resources {
    const [roleId] = Object.entries(this.common).find(([, { Type }]) => Type === 'AWS::IAM::Role')!;
    return {
      FailureHandler: {
        Type: 'AWS::Lambda::Function',
        Properties: { Code: { ZipFile: FAILING_HANDLER }, Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout: 30, Role: { 'Fn::GetAtt': [roleId, 'Arn'] } },
      },
      Failure: {
        Type: 'Custom::Failure',
        Properties: { ServiceToken: { 'Fn::GetAtt': ['FailureHandler', 'Arn'] }, ServiceTimeout: 60 },
        DependsOn: [...after],
      },
    };
  }
}

export function channelRoleArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/ChannelRole`;
}

/** Makes the role that all channels of an account act through. */
export function createChannelRole(roles: Roles, accountId: string): void {
  roles.create(channelRoleArn(accountId), {
    roleName: 'ChannelRole',
    createdAt: new Date(),
    assumeRolePolicyDocument: { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'supportapp.amazonaws.com' } } },
    managedPolicyArns: [],
    inlinePolicies: [],
    attached: new Map(),
  });
}

const TYPES = {
  workspace: 'Custom::SupportAppSlackWorkspace',
  channel: 'Custom::SupportAppSlackChannelConfiguration',
  alias: 'Custom::SupportAppAccountAlias',
  chime: 'Custom::ChimeChannel',
} as const;

function synthesize(account: string, appInstanceArn: string, chimeBearer: string): Resources {
  const outdir = mkdtempSync(join(tmpdir(), 'campaign-'));
  try {
    const app = new App({ analyticsReporting: false, outdir });
    const stack = new Stack(app, 'Stack', { synthesizer: new BootstraplessSynthesizer() });
    const provider = new ChannelsProvider(stack, 'Provider', { timeout: Duration.seconds(60) });
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAMS[0], provider });
    new SlackChannelConfiguration(stack, 'Channel', {
      workspace,
      channelId: 'C012ABCDEFG',
      notifyOnCaseSeverity: NotificationSeverity.NONE,
      provider,
      channelRole: iam.Role.fromRoleArn(stack, 'ChannelRole', channelRoleArn(account)),
    });
    new AccountAlias(stack, 'Alias', { accountAlias: 'alias', provider });
    new ChimeChannel(stack, 'Chime', { appInstanceArn, chimeBearer, channelName: 'channel', provider });
    return (app.synth().getStackByName('Stack').template as Template).Resources as Resources;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const FAILING_HANDLER = `
exports.handler = (event) => new Promise((resolve, reject) => {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = 'failure' } = event;
  const Status = event.RequestType === 'Delete' ? 'SUCCESS' : 'FAILED';
  const body = JSON.stringify({ Status, Reason: 'told to fail', StackId, RequestId, LogicalResourceId, PhysicalResourceId });
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  const request = require('node:http').request(new URL(event.ResponseURL), { method: 'PUT', headers });
  request.on('error', reject);
  request.on('response', (response) => response.resume().on('end', resolve));
  request.end(body);
});
`;
