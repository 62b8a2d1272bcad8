import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_iam as iam, BootstraplessSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import type { Declaration } from './declaration';
import { BEARERS, chimeLook, FLOWS, HOST, lookOf, PEOPLE, roomIdOf, TEAMS, channelIdOf } from './declaration';
import type { Roles } from '../local-aws/cloudformation/roles';
import type { ResourceDefinition, Template } from '../local-aws/cloudformation/template-model';
import type { ChimeStore } from '../local-aws/services/chime-store';
import { AccountAlias, ChannelsProvider, ChimeChannel, ExpirationCriterion, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace } from '../src';

type Resources = Record<string, ResourceDefinition>;

/** How the constructs write the resources of an account, synthesized once: the pattern for all templates of the campaign. */
export class Templates {
  private readonly common: Resources;
  private readonly patterns: Record<string, ResourceDefinition>;

  /** @param code what the function runs in place of the library's own handler. */
  public constructor(public readonly accountId: string, public readonly appInstanceArn: string, code?: string) {
    const resources = synthesize(accountId, appInstanceArn);
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
        return {
          ...this.chimeProperties(declaration),
          ...declaration.team === 1 && { ChannelId: roomIdOf(declaration.channel), Existing },
        };
    }
  }

  /** The properties of a look of a Chime channel, with ARNs. */
  public chimeProperties(declaration: Pick<Declaration, 'look' | 'channel'>) {
    const { ChimeBearer, MemberArns, ModeratorArns, ChannelFlowArn, ...rest } = chimeLook(declaration);
    return {
      AppInstanceArn: this.appInstanceArn,
      ChimeBearer: userArn(this.appInstanceArn, ChimeBearer),
      ...rest,
      ...MemberArns && { MemberArns: MemberArns.map((id) => userArn(this.appInstanceArn, id)) },
      ...ModeratorArns && { ModeratorArns: ModeratorArns.map((id) => userArn(this.appInstanceArn, id)) },
      ...ChannelFlowArn !== undefined && { ChannelFlowArn: flowArn(this.appInstanceArn, ChannelFlowArn) },
    };
  }

  /** Somebody makes a channel under an id that stacks declare, such as stacks would make it or otherwise. */
  public createRoom(store: ChimeStore, declaration: Pick<Declaration, 'look' | 'channel'>, oddity?: 'privacy' | 'outsider'): void {
    const { AppInstanceArn, ChimeBearer, MemberArns = [], ModeratorArns = [], ...properties } = this.chimeProperties(declaration);
    const channelArn = `${AppInstanceArn}/channel/${roomIdOf(declaration.channel)}`;
    const isForeign = oddity === 'outsider';
    const maker = isForeign ? userArn(AppInstanceArn, HOST) : ChimeBearer;
    const isPrivate = (properties.Privacy === 'PRIVATE') !== (oddity === 'privacy');
    const now = new Date();
    store.channels.set(channelArn, {
      channelArn,
      appInstanceArn: AppInstanceArn,
      privacy: isPrivate ? 'PRIVATE' : 'PUBLIC',
      createdBy: maker,
      createdAt: now,
      updatedAt: now,
      elasticChannelConfiguration: properties.ElasticChannelConfiguration,
      expirationSettings: properties.ExpirationSettings,
      channelFlowArn: properties.ChannelFlowArn,
      name: properties.Name,
      mode: properties.Mode,
      metadata: properties.Metadata,
      tags: new Map(properties.Tags?.map(({ Key, Value }) => [Key, Value])),
      members: new Set([...properties.ElasticChannelConfiguration ? [] : [maker], ...MemberArns]),
      moderators: new Set([maker, ...ModeratorArns.filter((arn) => !isForeign || PEOPLE.some((id) => arn === userArn(AppInstanceArn, id)))]),
      messages: [],
    });
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
        Properties: { ServiceToken: { 'Fn::GetAtt': ['FailureHandler', 'Arn'] }, ServiceTimeout: 600 },
        DependsOn: [...after],
      },
    };
  }
}

function userArn(appInstanceArn: string, id: string): string {
  return `${appInstanceArn}/user/${id}`;
}

function flowArn(appInstanceArn: string, id: string): string {
  return `${appInstanceArn}/channel-flow/${id}`;
}

/** Makes an AppInstance with the users and channel flows that looks name. */
export function createAppInstance(store: ChimeStore, accountId: string, region: string): string {
  const appInstanceArn = store.createAppInstance(accountId, region);
  [...BEARERS, ...PEOPLE].forEach((id) => store.createAppInstanceUser(appInstanceArn, id));
  store.createAppInstanceAdmin(userArn(appInstanceArn, BEARERS[0]));
  FLOWS.forEach((id) => store.createChannelFlow(appInstanceArn, id));
  return appInstanceArn;
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

function synthesize(account: string, appInstanceArn: string): Resources {
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
    // With all that looks declare, so that the handler may do what it takes.
    BEARERS.forEach((bearer, index) => new ChimeChannel(stack, `Chime${index}`, {
      appInstanceArn,
      chimeBearer: userArn(appInstanceArn, bearer),
      channelName: 'channel',
      memberArns: [userArn(appInstanceArn, PEOPLE[0])],
      channelFlowArn: flowArn(appInstanceArn, FLOWS[index]),
      expirationSettings: { expiration: Duration.days(1), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
      provider,
    }));
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
