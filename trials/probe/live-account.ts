import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChimeSDKMessagingClient,
  CreateChannelFlowCommand,
  DeleteChannelCommand,
  DeleteChannelFlowCommand,
  ListChannelFlowsCommand,
  ListChannelsCommand,
} from '@aws-sdk/client-chime-sdk-messaging';
import ChimeSDKIdentity from 'aws-sdk/clients/chimesdkidentity';
import CloudFormation from 'aws-sdk/clients/cloudformation';
import CloudWatchLogs from 'aws-sdk/clients/cloudwatchlogs';
import IAM from 'aws-sdk/clients/iam';
import STS from 'aws-sdk/clients/sts';
import SupportApp from 'aws-sdk/clients/supportapp';
import {
  PREFIX,
  type Clients,
  type DeployOptions,
  type ProbeAccount,
  type ProbeAppInstance,
  type StackOutcome,
} from './account';
import { errorOf } from './probe';

// Read when the first client is made.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';

/** How long a new role takes until it can be assumed, and the log of a function until it can be read. */
const SPREAD_LIMIT_IN_SECONDS = 60;
const LOG_DELAY_IN_SECONDS = 20;

export interface LiveAccountOptions {
  readonly profile: string;
  /** @default - that of the profile */
  readonly region?: string;
  /** The alias of an Amazon Lex V2 bot, for a bot of the AppInstance. */
  readonly lexBotAliasArn?: string;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An account of AWS, in the words of a profile of the AWS CLI. */
export class LiveAccount implements ProbeAccount {
  /** Finds credentials and Region as the official SDK does, single sign-on included. */
  public static async connect({ profile, region: chosen, lexBotAliasArn }: LiveAccountOptions): Promise<LiveAccount> {
    const { config } = new ChimeSDKMessagingClient({ profile, ...(chosen && { region: chosen }) });
    const region = await config.region();
    const credentials = await config.credentials().catch((error: Error) => {
      throw new Error(`the profile "${profile}" has no credentials: ${error.message}`);
    });
    const { Account: accountId, Arn: callerArn } = await new STS({ region, credentials }).getCallerIdentity().promise();
    return new LiveAccount(accountId!, callerArn!, region, credentials, lexBotAliasArn);
  }

  public readonly chime: ChimeSDKMessagingClient;
  public readonly supportApp: SupportApp;
  public readonly cloudFormation: CloudFormation;
  private readonly identity: ChimeSDKIdentity;
  private readonly iam: IAM;
  private readonly logs: CloudWatchLogs;
  /** How to remove what was made, the first one last. */
  private readonly removals: [what: string, remove: () => Promise<unknown>][] = [];

  private constructor(
    public readonly accountId: string,
    private readonly callerArn: string,
    public readonly region: string,
    private readonly credentials: Credentials,
    private readonly lexBotAliasArn: string | undefined,
  ) {
    const options = { region, credentials };
    ({ chime: this.chime, supportApp: this.supportApp } = this.clients(credentials));
    this.cloudFormation = new CloudFormation(options);
    this.identity = new ChimeSDKIdentity(options);
    this.iam = new IAM(options);
    this.logs = new CloudWatchLogs(options);
  }

  public async findLeftovers(): Promise<string[]> {
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.cloudFormation.describeStacks({ NextToken }).promise();
      found.push(
        ...page
          .Stacks!.filter(({ StackName }) => StackName.startsWith(PREFIX))
          .map(({ StackName }) => `the stack ${StackName}`),
      );
      ({ NextToken } = page);
    } while (NextToken);
    do {
      const page = await this.identity.listAppInstances({ NextToken }).promise();
      found.push(
        ...page
          .AppInstances!.filter(({ Name }) => Name?.startsWith(PREFIX))
          .map(({ AppInstanceArn }) => `the AppInstance ${AppInstanceArn}`),
      );
      ({ NextToken } = page);
    } while (NextToken);
    let Marker: string | undefined;
    do {
      const page = await this.iam.listRoles({ Marker }).promise();
      found.push(
        ...page.Roles.filter(({ RoleName }) => RoleName.startsWith(PREFIX)).map(
          ({ RoleName }) => `the role ${RoleName}`,
        ),
      );
      ({ Marker } = page);
    } while (Marker);
    const { logGroups = [] } = await this.logs.describeLogGroups({ logGroupNamePrefix: PREFIX }).promise();
    return [...found, ...logGroups.map(({ logGroupName }) => `the log group ${logGroupName}`)];
  }

  public async clientsWithoutPermissions(): Promise<Clients> {
    const RoleArn = await this.createTrustedRole(`${PREFIX}-denied-${randomUUID().slice(0, 8)}`, {
      AWS: this.accountId,
    });
    const sts = new STS({ region: this.region, credentials: this.credentials });
    const startedAt = Date.now();
    for (;;) {
      try {
        const { Credentials: issued } = await sts
          .assumeRole({ RoleArn, RoleSessionName: PREFIX, DurationSeconds: 900 })
          .promise();
        return this.clients({
          accessKeyId: issued!.AccessKeyId,
          secretAccessKey: issued!.SecretAccessKey,
          sessionToken: issued!.SessionToken,
        });
      } catch (error) {
        if (Date.now() - startedAt > SPREAD_LIMIT_IN_SECONDS * 1000) {
          throw new Error(`${this.callerArn} may not assume a role without permissions: ${(error as Error).message}`);
        }
        await sleep(2000);
      }
    }
  }

  public async createAppInstance(): Promise<ProbeAppInstance> {
    const token = randomUUID();
    const { AppInstanceArn } = await this.identity
      .createAppInstance({ Name: PREFIX, ClientRequestToken: token })
      .promise();
    const arn = AppInstanceArn!;
    this.removals.push([
      `the AppInstance ${arn}`,
      () => this.identity.deleteAppInstance({ AppInstanceArn: arn }).promise(),
    ]);
    const users: string[] = [];
    const removeChannels = async () => {
      const [ChimeBearer] = users;
      await this.identity.createAppInstanceAdmin({ AppInstanceArn: arn, AppInstanceAdminArn: ChimeBearer }).promise();
      for (const Privacy of ['PUBLIC', 'PRIVATE'] as const) {
        const { Channels: channels = [] } = await this.chime.send(
          new ListChannelsCommand({ AppInstanceArn: arn, ChimeBearer, Privacy }),
        );
        for (const { ChannelArn } of channels) {
          await this.chime.send(new DeleteChannelCommand({ ChannelArn, ChimeBearer }));
        }
      }
      const { ChannelFlows: flows = [] } = await this.chime.send(new ListChannelFlowsCommand({ AppInstanceArn: arn }));
      for (const { ChannelFlowArn } of flows) {
        await this.chime.send(new DeleteChannelFlowCommand({ ChannelFlowArn }));
      }
      await this.identity.deleteAppInstanceAdmin({ AppInstanceArn: arn, AppInstanceAdminArn: ChimeBearer }).promise();
    };
    return {
      arn,
      createUser: async (name) => {
        const { AppInstanceUserArn } = await this.identity
          .createAppInstanceUser({
            AppInstanceArn: arn,
            AppInstanceUserId: name,
            Name: name,
            ClientRequestToken: randomUUID(),
          })
          .promise();
        users.push(AppInstanceUserArn!);
        this.removals.push([
          `the user ${AppInstanceUserArn}`,
          () => this.identity.deleteAppInstanceUser({ AppInstanceUserArn: AppInstanceUserArn! }).promise(),
        ]);
        if (users.length === 1) {
          this.removals.push([`the channels and channel flows of ${arn}`, removeChannels]);
        }
        return AppInstanceUserArn!;
      },
      createBot: async () => {
        if (!this.lexBotAliasArn) {
          throw new Error('it needs --lex-bot-alias');
        }
        const { AppInstanceBotArn } = await this.identity
          .createAppInstanceBot({
            AppInstanceArn: arn,
            ClientRequestToken: randomUUID(),
            Configuration: { Lex: { LexBotAliasArn: this.lexBotAliasArn, LocaleId: 'en_US' } },
          })
          .promise();
        this.removals.push([
          `the bot ${AppInstanceBotArn}`,
          () => this.identity.deleteAppInstanceBot({ AppInstanceBotArn: AppInstanceBotArn! }).promise(),
        ]);
        return AppInstanceBotArn!;
      },
      createChannelFlow: async (name) => {
        // No message is sent, so that its function is never called, and need not be there.
        const ResourceArn = `arn:${arn.split(':')[1]}:lambda:${this.region}:${this.accountId}:function:${PREFIX}`;
        const { ChannelFlowArn } = await this.chime.send(
          new CreateChannelFlowCommand({
            AppInstanceArn: arn,
            Name: `${PREFIX}-${name}`,
            ClientRequestToken: randomUUID(),
            Processors: [
              {
                Name: name,
                ExecutionOrder: 1,
                FallbackAction: 'CONTINUE',
                Configuration: { Lambda: { ResourceArn, InvocationType: 'ASYNC' } },
              },
            ],
          }),
        );
        return ChannelFlowArn!;
      },
    };
  }

  public createRole(name: string, service: string): Promise<string> {
    return this.createTrustedRole(name, { Service: service });
  }

  public async deploy(StackName: string, template: object, options: DeployOptions = {}): Promise<StackOutcome> {
    const input = {
      StackName,
      TemplateBody: JSON.stringify(template),
      Capabilities: ['CAPABILITY_IAM'],
      DisableRollback: options.disableRollback,
    };
    const isThere = !(await errorOf(this.cloudFormation.describeStacks({ StackName }).promise()));
    if (!isThere) {
      this.removals.push([`the stack ${StackName}`, () => this.removeStack(StackName)]);
    }
    return this.operate(StackName, () =>
      isThere ? this.cloudFormation.updateStack(input).promise() : this.cloudFormation.createStack(input).promise(),
    );
  }

  public async deleteStack(StackName: string): Promise<StackOutcome> {
    const { Stacks: [{ StackId }] = [] } = await this.cloudFormation.describeStacks({ StackName }).promise();
    // A stack that is deleted is found by its id only.
    return this.operate(StackId!, () => this.cloudFormation.deleteStack({ StackName }).promise());
  }

  public continueUpdateRollback(StackName: string, ResourcesToSkip: string[] = []): Promise<StackOutcome> {
    return this.operate(StackName, () =>
      this.cloudFormation.continueUpdateRollback({ StackName, ResourcesToSkip }).promise(),
    );
  }

  public async requests(stackId: string): Promise<string[]> {
    return (await this.logged(stackId, 'asked')) as string[];
  }

  public received(stackId: string): Promise<unknown[]> {
    return this.logged(stackId, 'received');
  }

  public async wait(seconds: number): Promise<void> {
    await sleep(seconds * 1000);
  }

  public atEnd(what: string, remove: () => Promise<unknown>): void {
    this.removals.push([what, remove]);
  }

  public async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    for (const [what, remove] of this.removals.splice(0).reverse()) {
      const error = await errorOf(remove());
      if (error) {
        left.push(`${what}: ${error.name}: ${error.message}`);
      }
    }
    return left;
  }

  /** The JSON that the functions of a stack have logged after a word. */
  private async logged(stackId: string, word: string): Promise<unknown[]> {
    // The log group has the name of the stack, which it outlives.
    const logGroupName = stackId.split('/')[1];
    await sleep(LOG_DELAY_IN_SECONDS * 1000);
    const { events = [] } = await this.logs.filterLogEvents({ logGroupName, filterPattern: `"${word}"` }).promise();
    return events
      .flatMap(({ message = '' }) => message.split(`${word} `)[1] ?? [])
      .map((text) => JSON.parse(text) as unknown);
  }

  /** Starts an operation and waits for its end. */
  private async operate(StackName: string, start: () => Promise<unknown>): Promise<StackOutcome> {
    const startedAt = new Date();
    await start();
    for (;;) {
      const { Stacks: [{ StackId, StackStatus }] = [] } = await this.cloudFormation
        .describeStacks({ StackName })
        .promise();
      if (!StackStatus.endsWith('_IN_PROGRESS')) {
        const { StackEvents: events = [] } = await this.cloudFormation.describeStackEvents({ StackName }).promise();
        const failed = events.filter(
          ({ ResourceStatus, Timestamp }) => ResourceStatus?.endsWith('_FAILED') && Timestamp > startedAt,
        );
        const failures = failed.flatMap(({ ResourceStatusReason }) => ResourceStatusReason ?? []);
        return { stackId: StackId!, status: StackStatus, failures };
      }
      await sleep(5000);
    }
  }

  private async createTrustedRole(RoleName: string, Principal: object): Promise<string> {
    const {
      Role: { Arn },
    } = await this.iam
      .createRole({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
        }),
        Description: 'Made by the probes of cdk-support-channels, which delete it',
      })
      .promise();
    this.removals.push([`the role ${RoleName}`, () => this.iam.deleteRole({ RoleName }).promise()]);
    return Arn;
  }

  /** Deletes a stack with its log group, which is retained so that it can be read. */
  private async removeStack(StackName: string): Promise<void> {
    await this.cloudFormation.deleteStack({ StackName }).promise();
    await this.cloudFormation.waitFor('stackDeleteComplete', { StackName }).promise();
    const error = await errorOf(this.logs.deleteLogGroup({ logGroupName: StackName }).promise());
    if (error && error.name !== 'ResourceNotFoundException') {
      throw new Error(`the log group ${StackName}: ${error.message}`);
    }
  }

  private clients(credentials: Credentials): Clients {
    const options = { region: this.region, credentials };
    return { chime: new ChimeSDKMessagingClient(options), supportApp: new SupportApp(options) };
  }
}
