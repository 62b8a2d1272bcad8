import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_iam as iam, BootstraplessSynthesizer, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Declaration } from './history';
import type { ResourceDefinition, Template } from '../../local-aws/cloudformation/template-model';
import {
  AccountAlias, ChannelsProvider, ChimeChannel, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace,
} from '../../src';
import { BEARERS, channelIdOf, lookOf, roomIdOf, TEAMS } from '../declaration';
import { channelRoleArn } from '../templates';

type Resources = Record<string, ResourceDefinition>;
type Statement = { Action: string | string[]; Resource: unknown };

const TYPES = {
  workspace: ['Custom::SupportAppSlackWorkspace', 'AWS::SupportApp::SlackWorkspaceConfiguration'],
  channel: ['Custom::SupportAppSlackChannelConfiguration', 'AWS::SupportApp::SlackChannelConfiguration'],
  alias: ['Custom::SupportAppAccountAlias', 'AWS::SupportApp::AccountAlias'],
  room: ['Custom::ChimeChannel', 'AWS::Chime::Channel'],
} as const;

/** The role that people give to the channels which they configure in the console. */
export function consoleRoleArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/ConsoleRole`;
}

/** How the constructs write the resources, synthesized once: the pattern for all templates. */
export class SharedAccountTemplates {
  /** The logical id of the role that channels have by default. */
  public readonly roleId: string;
  /** The logical id of the policy that allows what the handler does with the resources. */
  private readonly policyId: string;
  private readonly common: Resources;
  private readonly patterns: Resources;

  /** @param code what the function runs in place of the library's own handler. */
  public constructor(private readonly accountId: string, private readonly appInstanceArn: string, code?: string) {
    const resources = synthesize(accountId, appInstanceArn);
    const isCustom = ([, { Type }]: [string, ResourceDefinition]) => Type.startsWith('Custom::');
    this.common = Object.fromEntries(Object.entries(resources).filter((entry) => !isCustom(entry)));
    this.patterns = Object.fromEntries(Object.entries(resources).filter(isCustom).map(([, definition]) => [definition.Type, definition]));
    [this.roleId] = Object.entries(this.common).find(([, { Type, Properties }]) =>
      Type === 'AWS::IAM::Role' && JSON.stringify(Properties).includes('supportapp.amazonaws.com'))!;
    [this.policyId] = Object.entries(this.common).find(([, { Properties }]) => statementsOf(Properties).some(({ Action }) => Action === 'iam:PassRole'))!;
    if (code !== undefined) {
      const handler = Object.values(this.common).find(({ Type }) => Type === 'AWS::Lambda::Function')!;
      (handler.Properties!.Code as { ZipFile: string }).ZipFile = code;
    }
  }

  public build(declarations: readonly Declaration[], failsAfter?: readonly string[]): Template {
    const { [this.roleId]: role, [this.policyId]: _, ...common } = this.common;
    const channels = declarations.filter(({ kind }) => kind === 'channel');
    const hasRole = channels.some((channel) => channel.role === 'default');
    const isRetained = channels.some((channel) => channel.role === 'default' && (channel.retain || channel.existing === 'ADOPT'));
    const resources: Resources = {
      ...common,
      [this.policyIdFor(channels)]: this.policyFor(channels),
      ...hasRole && { [this.roleId]: { ...role, DeletionPolicy: isRetained ? 'Retain' : 'Delete' } },
    };
    for (const declaration of declarations) {
      resources[declaration.logicalId] = this.define(declaration, declarations);
    }
    if (failsAfter) {
      // A resource of somebody else that cannot be made.
      resources.Failure = {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { PolicyDocument: { Version: '2012-10-17', Statement: [] }, Roles: ['nobody'] },
        DependsOn: [...failsAfter],
      };
    }
    return { Resources: resources };
  }

  /** Another policy where an adoption may have to give a role back: the constructs have its name tell so. */
  private policyIdFor(channels: readonly Declaration[]): string {
    return channels.some(({ formerRole }) => formerRole) ? `${this.policyId}Former` : this.policyId;
  }

  /** The policy as the constructs write it for these channels: the exact roles that they use. */
  private policyFor(channels: readonly Declaration[]): ResourceDefinition {
    const { Properties: properties, ...policy } = this.common[this.policyId];
    const passed = [
      ...channels.some(({ role }) => role === 'default') ? [{ 'Fn::GetAtt': [this.roleId, 'Arn'] }] : [],
      ...channels.some(({ role }) => role === 'outside') ? [channelRoleArn(this.accountId)] : [],
      ...channels.some(({ formerRole }) => formerRole) ? [consoleRoleArn(this.accountId)] : [],
    ];
    const statements = statementsOf(properties).flatMap((statement) => statement.Action !== 'iam:PassRole' ? [statement]
      : passed.length > 0 ? [{ ...statement, Resource: passed }] : []);
    return {
      ...policy,
      Properties: {
        ...properties,
        PolicyName: this.policyIdFor(channels),
        PolicyDocument: { ...properties!.PolicyDocument as object, Statement: statements },
      },
    };
  }

  private define(declaration: Declaration, all: readonly Declaration[]): ResourceDefinition {
    const [custom, native] = TYPES[declaration.kind];
    const { Properties: pattern, DependsOn: dependencies } = this.patterns[custom];
    const policies = [dependencies ?? []].flat().filter((logicalId) => logicalId in this.common && logicalId !== this.roleId)
      .map((logicalId) => logicalId === this.policyId ? this.policyIdFor(all.filter(({ kind }) => kind === 'channel')) : logicalId);
    const workspace = declaration.kind === 'channel' && all.find(({ kind, index }) => kind === 'workspace' && index === 0);
    const properties = this.properties(declaration);
    return {
      Type: declaration.native ? native : custom,
      Properties: declaration.native ? properties : {
        ServiceToken: pattern!.ServiceToken,
        ServiceTimeout: pattern!.ServiceTimeout,
        ...properties,
        ...declaration.kind !== 'workspace' && { Existing: declaration.existing },
      },
      DependsOn: [...declaration.native ? [] : policies, ...workspace ? [workspace.logicalId] : []],
      DeletionPolicy: declaration.retain ? 'Retain' : 'Delete',
      ...declaration.retain && { UpdateReplacePolicy: 'Retain' },
    };
  }

  private properties({ kind, index, look, role }: Declaration): Record<string, unknown> {
    switch (kind) {
      case 'workspace': return { TeamId: TEAMS[index] };
      case 'channel': return {
        TeamId: TEAMS[0],
        ChannelId: channelIdOf({ channel: index }),
        ChannelRoleArn: role === 'default' ? { 'Fn::GetAtt': [this.roleId, 'Arn'] } : channelRoleArn(this.accountId),
        ...lookOf({ kind: 'channel', look, channel: index }),
      };
      case 'alias': return { AccountAlias: `alias-${look}` };
      case 'room': return {
        AppInstanceArn: this.appInstanceArn,
        ChimeBearer: `${this.appInstanceArn}/user/${BEARERS[0]}`,
        ChannelId: roomIdOf(index),
        Mode: 'RESTRICTED',
        Privacy: 'PRIVATE',
        ...roomLook(look),
      };
    }
  }
}

function statementsOf(properties: ResourceDefinition['Properties']): Statement[] {
  return (properties?.PolicyDocument as { Statement: Statement[] } | undefined)?.Statement ?? [];
}

export function roomLook(look: number): { readonly Name: string; readonly Metadata?: string } {
  return { Name: `room ${look}`, ...look > 0 && { Metadata: `metadata ${look}` } };
}

function synthesize(account: string, appInstanceArn: string): Resources {
  const outdir = mkdtempSync(join(tmpdir(), 'campaign-'));
  try {
    const app = new App({ analyticsReporting: false, outdir });
    const stack = new Stack(app, 'Stack', { synthesizer: new BootstraplessSynthesizer() });
    const provider = new ChannelsProvider(stack, 'Provider', { timeout: Duration.seconds(60) });
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAMS[0], provider });
    const channel = { workspace, notifyOnCaseSeverity: NotificationSeverity.NONE, provider };
    new SlackChannelConfiguration(stack, 'Channel', { ...channel, channelId: 'C012ABCDEFG' });
    new SlackChannelConfiguration(stack, 'Other', {
      ...channel, channelId: 'C012ABCDEFH', channelRole: iam.Role.fromRoleArn(stack, 'ChannelRole', channelRoleArn(account)),
    });
    new AccountAlias(stack, 'Alias', { accountAlias: 'alias', provider });
    new ChimeChannel(stack, 'Room', {
      appInstanceArn,
      chimeBearer: `${appInstanceArn}/user/${BEARERS[0]}`,
      channelName: 'channel',
      channelId: 'room',
      removalPolicy: RemovalPolicy.DESTROY,
      provider,
    });
    return (app.synth().getStackByName('Stack').template as Template).Resources as Resources;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
