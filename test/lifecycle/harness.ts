import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_iam as iam, aws_lambda as lambda, CfnOutput, CfnResource, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { readAssembly } from '../../local-aws/cloudformation/assembly';
import type { FailureOptions, StackResult, StackResource } from '../../local-aws/cloudformation/stack';
import type { Invocation } from '../../local-aws/lambda/local-lambda';
import { LocalAws } from '../../local-aws/local-aws';
import type { ChimeChannelRecord } from '../../local-aws/services/chime-store';
import type { LoggedRequest } from '../../local-aws/services/request-log';
import type { SlackChannelConfiguration } from '../../local-aws/services/support-app-store';
import { ChannelsProvider, type ChannelsProviderProps, ChimeChannel, type ChimeChannelProps } from '../../src';

export type Definition = (stack: Stack) => void;

/** The account that has authorized the workspaces of the organization that all accounts of the tests are in. */
export const MANAGEMENT_ACCOUNT = '999999999999';
export const TEAM = 'T012ABCDEFG';
export const OTHER_TEAM = 'T0OTHERTEAM';
export const REGION = 'us-east-1';

const STACK_NAME = 'Stack';
const DEFAULT_TIMEOUT = 30;

/** Starts AWS on this machine for the tests of a file, and cleans up after each of them. */
export function useLocalAws(): LocalAwsHarness {
  const local = new LocalAwsHarness();
  beforeAll(() => local.start());
  afterEach(() => local.reset());
  afterAll(() => local.stop());
  return local;
}

export class LocalAwsHarness {
  /** In seconds, for all handlers. What a handler waits for takes no time, so this is for slow machines alone. A test may change its own. */
  public handlerTimeout = DEFAULT_TIMEOUT;
  /** The templates of nested stacks, as they lie in the bucket. */
  public readonly assets = new Map<string, string>();
  private localAws?: LocalAws;
  private directory = '';
  private accounts: Account[] = [];
  private accountsMade = 0;
  private synths = 0;
  private answersSeen = 0;
  private invocationsSeen = 0;

  public get aws(): LocalAws {
    return this.localAws!;
  }

  public async start(): Promise<void> {
    this.directory = mkdtempSync(join(tmpdir(), 'lifecycle-'));
    // The waits of Lambda before it runs a failed handler again are shortened to a thousandth.
    this.localAws = await LocalAws.start({ cloudFormation: { lambdaOptions: { reuseProcesses: true, retryWaitScale: 0.001, skipWaits: true } } });
    const { store } = this.aws.services.supportApp;
    store.createOrganization(MANAGEMENT_ACCOUNT);
    for (const teamId of [TEAM, OTHER_TEAM]) {
      store.createTeam(teamId, `Workspace ${teamId}`);
      store.authorizeWorkspace(MANAGEMENT_ACCOUNT, teamId);
      store.account(MANAGEMENT_ACCOUNT).workspaces.set(teamId, { teamId, teamName: `Workspace ${teamId}`, allowOrganizationMemberAccount: true });
    }
  }

  public async stop(): Promise<void> {
    await this.aws.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  public async reset(): Promise<void> {
    const { services, cloudFormation } = this.aws;
    services.faults.clear();
    services.clockOffset = 0;
    cloudFormation.bucket.clockOffset = 0;
    cloudFormation.events.clockOffset = 0;
    this.handlerTimeout = DEFAULT_TIMEOUT;
    cloudFormation.lambda.deliver = () => [{}];
    // Functions that a test leaves hold a process each.
    this.accounts.splice(0).forEach((account) => account.release());
    await cloudFormation.lambda.settled();
    // What came since the last test; to look at all of it after each would take longer than the tests.
    const { bucket: { answers }, lambda: { invocations } } = cloudFormation;
    const [newAnswers, newInvocations] = [answers.slice(this.answersSeen), invocations.slice(this.invocationsSeen)];
    this.answersSeen = answers.length;
    this.invocationsSeen = invocations.length;
    expectSafeAnswersAndLogs(newAnswers, newInvocations.map(({ log }) => log).join(''));
  }

  /** A new member account with a support plan, in which the management account's workspaces can be registered. */
  public newAccount(): Account {
    this.accountsMade += 1;
    const account = new Account(this, String(100_000_000_000 + this.accountsMade));
    this.aws.services.supportApp.store.account(account.id).organization = { accountType: 'member', managementAccountId: MANAGEMENT_ACCOUNT };
    this.accounts.push(account);
    return account;
  }

  /** A new account, into which the workspace was added by other means than a stack. */
  public newAccountWithWorkspace(): Account {
    const account = this.newAccount();
    this.aws.services.supportApp.store.authorizeWorkspace(account.id, TEAM);
    return account;
  }

  /** The bytes of the template of a stack. */
  public synthesize(define: Definition): string {
    this.synths += 1;
    const outdir = join(this.directory, String(this.synths));
    const app = new App({ analyticsReporting: false, treeMetadata: false, outdir });
    const stack = new Stack(app, STACK_NAME);
    define(stack);
    stack.node.findAll().filter(CfnResource.isCfnResource).filter(({ cfnResourceType }) => cfnResourceType === 'AWS::Lambda::Function')
      .forEach((handler) => handler.addPropertyOverride('Timeout', this.handlerTimeout));
    app.synth();
    const [{ templateBody, assets }] = readAssembly(outdir);
    assets.forEach((file, key) => this.assets.set(key, file));
    return templateBody;
  }
}

/** An account and one of its stacks. */
export class Account {
  constructor(
    private readonly local: LocalAwsHarness,
    public readonly id: string,
    private readonly stackName = STACK_NAME,
    private readonly region = REGION,
  ) {}

  /** The same account with another of its stacks. */
  public withStack(stackName: string, region = this.region): Account {
    return new Account(this.local, this.id, stackName, region);
  }

  /** Deploys the stack, however that ends. */
  public deploy(define: Definition, parameters?: Record<string, string>): Promise<StackResult> {
    return this.deployTemplate(this.local.synthesize(define), parameters);
  }

  public deployTemplate(
    template: string | object, parameters?: Record<string, string>, onFailure: FailureOptions = {},
  ): Promise<StackResult> {
    return this.cloudFormation.deploy({
      ...onFailure,
      stackName: this.stackName,
      accountId: this.id,
      region: this.region,
      template,
      templateSource: 'S3',
      parameters,
      assets: this.local.assets,
    });
  }

  /** Deploys the stack, which must succeed. */
  public async succeed(define: Definition, parameters?: Record<string, string>): Promise<StackResult> {
    const result = await this.deploy(define, parameters);
    expect(failuresOf(result)).toEqual([]);
    expect(result.status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    return result;
  }

  /** Deploys the stack, which must fail and roll back; answers what the handler said of the failure. */
  public async fail(define: Definition, parameters?: Record<string, string>): Promise<string> {
    const result = await this.deploy(define, parameters);
    expect(result.status).toMatch(/^(UPDATE_)?ROLLBACK_COMPLETE$/);
    const failures = failuresOf(result);
    expect(failures).toHaveLength(1);
    return failures[0];
  }

  /** Deletes the stack, which must succeed. */
  public async delete(): Promise<StackResult> {
    const result = await this.tryDelete();
    expect(failuresOf(result)).toEqual([]);
    expect(result.status).toBe('DELETE_COMPLETE');
    return result;
  }

  /** Deletes the stack, however that ends. */
  public tryDelete(retainResources?: string[]): Promise<StackResult> {
    return this.cloudFormation.deleteStack({ stackName: this.stackName, accountId: this.id, region: this.region, retainResources });
  }

  /** All that the services know of the account. */
  public state() {
    const { accountAlias, workspaces } = this.supportApp;
    return {
      accountAlias,
      workspaces: [...workspaces.values()].sort((one, other) => one.teamId.localeCompare(other.teamId)),
      channels: this.channels().map((channel) => ({ ...channel })),
      chimeChannels: this.chimeChannels().map(stateOf),
    };
  }

  public get supportApp() {
    return this.local.aws.services.supportApp.store.account(this.id);
  }

  public channels(): SlackChannelConfiguration[] {
    return this.local.aws.services.supportApp.store.channels(this.id)
      .sort((one, other) => `${one.teamId} ${one.channelId}`.localeCompare(`${other.teamId} ${other.channelId}`));
  }

  public chimeChannels(): ChimeChannelRecord[] {
    return [...this.local.aws.services.chime.store.channels.values()].filter(({ channelArn }) => channelArn.split(':')[4] === this.id);
  }

  /** A message in each Chime channel of the account: what is lost with a channel. */
  public sendMessages(content = 'hello'): void {
    this.chimeChannels().forEach(({ messages, createdBy }) => messages.push({
      messageId: 'M1', content, type: 'STANDARD', sender: createdBy, createdAt: new Date(), clientRequestToken: 'token',
    }));
  }

  /** Configures a channel as somebody does in the console. */
  public putChannel(channel: { channelId: string; [name: string]: unknown }): SlackChannelConfiguration {
    const configuration = {
      teamId: TEAM,
      channelRoleArn: this.roleArn('ConsoleRole'),
      notifyOnCaseSeverity: 'high',
      notifyOnAddCorrespondenceToCase: false,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: true,
      ...channel,
    } as SlackChannelConfiguration;
    this.local.aws.services.supportApp.store.putChannel(this.id, configuration);
    return configuration;
  }

  /** Does something in the console as a person, which CloudTrail tells of. */
  public act(operation: string, input: Record<string, unknown>): void {
    const principalArn = `arn:aws:iam::${this.id}:user/somebody`;
    const { services } = this.local.aws;
    services.act(services.identities.issue({ accountId: this.id, principalArn }), this.region, operation, input);
  }

  /** A role that the Support App, or another service, may assume, made by other means than a stack. */
  public roleArn(roleName: string, service = 'supportapp.amazonaws.com', actions: string[] = []): string {
    const arn = `arn:aws:iam::${this.id}:role/${roleName}`;
    if (!this.cloudFormation.roles.state(arn)) {
      this.cloudFormation.roles.create(arn, {
        roleName,
        createdAt: new Date(),
        assumeRolePolicyDocument: { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } } },
        managedPolicyArns: [],
        inlinePolicies: actions.length > 0 ? [{ Statement: { Effect: 'Allow', Action: actions, Resource: '*' } }] : [],
        attached: new Map(),
      });
    }
    return arn;
  }

  /** A role for the handler, made by other means than a stack, with nothing but the given permissions. */
  public handlerRole(stack: Stack, actions: string[]): iam.IRole {
    const roleName = `Handler-${this.id}`;
    this.cloudFormation.roles.delete(`arn:aws:iam::${this.id}:role/${roleName}`);
    const arn = this.roleArn(roleName, 'lambda.amazonaws.com', actions);
    return iam.Role.fromRoleArn(stack, 'GivenRole', arn, { mutable: false });
  }

  /** An AppInstance with a user who acts for the stack. */
  public newAppInstance(): AppInstance {
    const { store } = this.local.aws.services.chime;
    const appInstanceArn = store.createAppInstance(this.id, REGION);
    return { appInstanceArn, chimeBearer: store.createAppInstanceUser(appInstanceArn, 'operator') };
  }

  /** A channel that somebody else has made, with the bearer as its moderator. */
  public putChimeChannel(
    { appInstanceArn, chimeBearer }: AppInstance, channelId: string, changes: Partial<ChimeChannelRecord> = {},
  ): ChimeChannelRecord {
    const channelArn = `${appInstanceArn}/channel/${channelId}`;
    const record: ChimeChannelRecord = {
      channelArn,
      appInstanceArn,
      privacy: 'PRIVATE',
      createdBy: chimeBearer,
      createdAt: new Date(),
      name: 'theirs',
      mode: 'UNRESTRICTED',
      updatedAt: new Date(),
      tags: new Map(),
      members: new Set([chimeBearer]),
      moderators: new Set([chimeBearer]),
      messages: [],
      ...changes,
    };
    this.local.aws.services.chime.store.channels.set(channelArn, record);
    return record;
  }

  /** The resource of a type that the stack believes to have; there must be exactly one. */
  public resource(type: string): StackResource {
    const resources = this.stack.liveResources().filter((resource) => resource.type === type);
    expect(resources).toHaveLength(1);
    return resources[0];
  }

  public physicalId(type: string): string {
    return this.resource(type).physicalId!;
  }

  public get stack() {
    return this.cloudFormation.stack({ stackName: this.stackName, accountId: this.id, region: this.region })!;
  }

  /** What the services were asked on behalf of the account, in this order. */
  public requests(): LoggedRequest[] {
    return this.local.aws.services.requests.entries.filter(({ accountId }) => accountId === this.id);
  }

  /** Forgets the requests until now, so that `changes` tells what comes. */
  public forgetRequests(): void {
    const { entries } = this.local.aws.services.requests;
    entries.splice(0, entries.length, ...entries.filter(({ accountId }) => accountId !== this.id));
  }

  /** The operations that changed something, in this order. */
  public changes(): string[] {
    return this.requests().filter(({ operation, outcome }) => outcome.committed && !/^(List|Get|Describe)/.test(operation))
      .map(({ operation }) => operation);
  }

  /** The runs of the stack's functions. */
  public invocations(): Invocation[] {
    return this.cloudFormation.lambda.invocations.filter(({ functionArn }) => functionArn.split(':')[4] === this.id);
  }

  /** The bodies of the answers of the stack's custom resources, as they arrived. */
  public answers() {
    return this.cloudFormation.bucket.answers.filter(({ body }) => body.includes(`:${this.id}:stack/`));
  }

  public release(): void {
    const { lambda: functions } = this.cloudFormation;
    this.cloudFormation.stacks.filter(({ accountId }) => accountId === this.id).flatMap((stack) => stack.liveResources())
      .filter(({ type, attributes }) => type === 'AWS::Lambda::Function' && functions.configuration(String(attributes.Arn)))
      .forEach(({ attributes }) => functions.deleteFunction(String(attributes.Arn)));
  }

  private get cloudFormation() {
    return this.local.aws.cloudFormation;
  }
}

/** An AppInstance and who acts for the stack in it. */
export interface AppInstance {
  readonly appInstanceArn: string;
  readonly chimeBearer: string;
}

export interface ChimeChannelOptions extends Partial<ChimeChannelProps> {
  readonly tags?: Record<string, string>;
  /** Whether the provider stays when the channel goes. */
  readonly ownsProvider?: boolean;
  readonly id?: string;
}

/** A Chime channel that is deleted with its construct; the ARN of the first one of a stack is an output. */
export function defineChimeChannel(
  stack: Stack, appInstance: AppInstance, { tags = {}, ownsProvider, id = 'Channel', ...props }: ChimeChannelOptions = {},
): ChimeChannel {
  const made = new ChimeChannel(stack, id, {
    ...appInstance,
    channelName: 'Operations 🚨',
    removalPolicy: RemovalPolicy.DESTROY,
    provider: ownsProvider ? ownProvider(stack) : undefined,
    ...props,
  });
  Object.entries(tags).forEach(([key, value]) => Tags.of(made).add(key, value));
  if (!stack.node.tryFindChild('ChannelArn')) {
    new CfnOutput(stack, 'ChannelArn', { value: made.channelArn });
  }
  return made;
}

/** All that the service knows of a Chime channel. */
export type ChimeChannelState = ReturnType<typeof stateOf>;

function stateOf(channel: ChimeChannelRecord) {
  // Metadata that is empty and metadata that is not there are the same.
  const { channelArn, name, mode, privacy, metadata = '', tags, members, moderators, messages } = channel;
  const { expirationSettings, channelFlowArn, elasticChannelConfiguration } = channel;
  return {
    channelArn,
    channelId: channelArn.split('/').pop(),
    name,
    mode,
    privacy,
    metadata,
    expirationSettings: expirationSettings && { ...expirationSettings },
    channelFlowArn,
    elasticChannelConfiguration: elasticChannelConfiguration && { ...elasticChannelConfiguration },
    tags: Object.fromEntries(tags),
    members: [...members].sort(),
    moderators: [...moderators].sort(),
    messages: messages.map(({ content }) => content),
  };
}

/** What custom resources said of their failures, without the words that CloudFormation puts around them. */
export function failuresOf({ events }: Pick<StackResult, 'events'>): string[] {
  return events.filter(({ status, type, logicalId }) => /_FAILED$/.test(status) && type.startsWith('Custom::') && logicalId !== FAILURE_ID)
    .map(({ reason = '' }) => /^Received response status \[FAILED\] from custom resource\. Message returned: ([\s\S]*) \(RequestId: [-0-9a-f]+\)$/
      .exec(reason)?.[1] ?? reason);
}

/** A provider that stays in the stack when the constructs that use it go. */
export function ownProvider(stack: Stack, props: ChannelsProviderProps = {}): ChannelsProvider {
  return new ChannelsProvider(stack, 'Provider', props);
}

const FAILURE_ID = 'Failure';

/** Adds a resource of somebody else that fails once the given constructs are made or changed, so that the stack rolls back. */
export function failAfter(stack: Stack, ...constructs: IConstruct[]): void {
  const role = new iam.CfnRole(stack, 'FailureRole', {
    assumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }] },
  });
  const handler = new lambda.CfnFunction(stack, 'FailureHandler', {
    code: { zipFile: FAILING_HANDLER }, handler: 'index.handler', runtime: 'nodejs24.x', timeout: 30, role: role.attrArn,
  });
  const failure = new CfnResource(stack, FAILURE_ID, { type: 'Custom::Failure', properties: { ServiceToken: handler.attrArn, ServiceTimeout: 60 } });
  failure.node.addDependency(...constructs);
}

const FAILING_HANDLER = `
exports.handler = (event) => new Promise((resolve, reject) => {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = 'failure' } = event;
  const Status = event.RequestType === 'Delete' ? 'SUCCESS' : 'FAILED';
  const body = JSON.stringify({ Status, Reason: 'told to fail', StackId, RequestId, LogicalResourceId, PhysicalResourceId });
  const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
  const request = require('node:http').request(event.ResponseURL, { method: 'PUT', headers }, (response) => response.resume().on('end', resolve));
  request.on('error', reject);
  request.end(body);
});
`;

/** What holds for every run of every test: answers fit and parse, and the logs keep secrets. */
function expectSafeAnswersAndLogs(answers: readonly { readonly body: string }[], log: string): void {
  for (const { body } of answers) {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
    expect(JSON.parse(body)).toEqual(expect.objectContaining({ Status: expect.stringMatching(/^(SUCCESS|FAILED)$/) }));
  }
  for (const secret of ['X-Amz-Signature', 'cloudformation-custom-resource-response', 'local-secret-', 'local-session-', 'AWS4-HMAC-SHA256']) {
    expect(log.includes(secret) ? secret : undefined).toBeUndefined();
  }
}
