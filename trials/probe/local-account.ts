import { ChimeSDKMessagingClient } from '@aws-sdk/client-chime-sdk-messaging';
import CloudFormation from 'aws-sdk/clients/cloudformation';
import SupportApp from 'aws-sdk/clients/supportapp';
import { PREFIX, type Clients, type DeployOptions, type ProbeAccount, type ProbeAppInstance, type StackOutcome } from './account';
import type { StackResult } from '../../local-aws/cloudformation/stack';
import type { Identity, PolicyDocument } from '../../local-aws/identity';
import { LocalAws } from '../../local-aws/local-aws';

// Read when the first client is made.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';

export const LOCAL_ACCOUNT = '111122223333';
export const LOCAL_TEAM = 'T012ABCDEFG';
const REGION = 'us-east-1';

/**
 * An account of the local AWS, in an organization and with a Slack workspace: what the probes must all find as it
 * is assumed.
 */
export class LocalAccount implements ProbeAccount {
  public static async start(): Promise<LocalAccount> {
    const aws = await LocalAws.start({ cloudFormation: { accountId: LOCAL_ACCOUNT, region: REGION } });
    const { store } = aws.services.supportApp;
    store.createOrganization(LOCAL_ACCOUNT);
    store.createTeam(LOCAL_TEAM, 'Example');
    store.authorizeWorkspace(LOCAL_ACCOUNT, LOCAL_TEAM);
    return new LocalAccount(aws);
  }

  public readonly accountId = LOCAL_ACCOUNT;
  public readonly region = REGION;
  public readonly chime: ChimeSDKMessagingClient;
  public readonly supportApp: SupportApp;
  public readonly cloudFormation: CloudFormation;
  private readonly stackNames = new Set<string>();
  private readonly removals: (() => Promise<unknown>)[] = [];

  private constructor(public readonly aws: LocalAws) {
    const identity = this.issue(`arn:aws:iam::${LOCAL_ACCOUNT}:user/probe`);
    ({ chime: this.chime, supportApp: this.supportApp } = this.clients(identity));
    this.cloudFormation = new CloudFormation({
      endpoint: aws.cloudFormation.api.endpoint,
      region: REGION,
      credentials: { ...identity },
    });
  }

  public async findLeftovers(): Promise<string[]> {
    return [];
  }

  public async clientsWithoutPermissions(): Promise<Clients> {
    const principalArn = `arn:aws:sts::${LOCAL_ACCOUNT}:assumed-role/${PREFIX}-denied/${PREFIX}`;
    return this.clients(this.issue(principalArn, () => []));
  }

  public async createAppInstance(): Promise<ProbeAppInstance> {
    const { store } = this.aws.services.chime;
    const arn = store.createAppInstance(LOCAL_ACCOUNT, REGION);
    return {
      arn,
      createUser: async (name) => store.createAppInstanceUser(arn, name),
      createBot: async () => store.createAppInstanceBot(arn),
      createChannelFlow: async () => store.createChannelFlow(arn),
    };
  }

  public async createRole(roleName: string, service: string): Promise<string> {
    const arn = `arn:aws:iam::${LOCAL_ACCOUNT}:role/${roleName}`;
    this.aws.cloudFormation.roles.create(arn, {
      roleName,
      createdAt: new Date(),
      assumeRolePolicyDocument: {
        Statement: { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
      },
      managedPolicyArns: [],
      inlinePolicies: [],
      attached: new Map(),
    });
    return arn;
  }

  public async deploy(stackName: string, template: object, options: DeployOptions = {}): Promise<StackOutcome> {
    this.stackNames.add(stackName);
    return outcomeOf(await this.aws.cloudFormation.deploy({ stackName, template, ...options }));
  }

  public async deleteStack(stackName: string): Promise<StackOutcome> {
    const outcome = outcomeOf(await this.aws.cloudFormation.deleteStack({ stackName }));
    if (outcome.status === 'DELETE_COMPLETE') {
      this.stackNames.delete(stackName);
    }
    return outcome;
  }

  public async continueUpdateRollback(stackName: string, resourcesToSkip: string[] = []): Promise<StackOutcome> {
    return outcomeOf(await this.aws.cloudFormation.continueUpdateRollback({ stackName, resourcesToSkip }));
  }

  public async requests(stackId: string): Promise<string[]> {
    return this.aws.cloudFormation.requests
      .filter((request) => request.stackId === stackId)
      .map(({ requestType, logicalId, physicalId, oldProperties }) =>
        [requestType, logicalId, physicalId, oldProperties?.Value && `(was ${String(oldProperties.Value)})`]
          .filter(Boolean)
          .join(' '),
      );
  }

  public async received(stackId: string): Promise<unknown[]> {
    const { lambda } = this.aws.cloudFormation;
    await lambda.settled();
    const own = this.aws.cloudFormation
      .stack(stackId)!
      .liveResources()
      .map(({ attributes }) => attributes.Arn);
    return lambda.invocations
      .filter(({ functionArn }) => own.includes(functionArn))
      .flatMap(({ log }) => [...log.matchAll(/received (.*)/g)].map(([, text]) => JSON.parse(text) as unknown));
  }

  public async wait(seconds: number): Promise<void> {
    this.aws.cloudFormation.events.pass(seconds * 1000);
  }

  public atEnd(_what: string, remove: () => Promise<unknown>): void {
    this.removals.push(remove);
  }

  /** Nothing outlives the process, but a probe that leaves things behind would do so in a live account. */
  public async cleanUp(): Promise<string[]> {
    for (const remove of this.removals.splice(0).reverse()) {
      await remove();
    }
    for (const stackName of this.stackNames) {
      await this.aws.cloudFormation.deleteStack({ stackName });
    }
    const { store } = this.aws.services.supportApp;
    const { accountAlias } = store.account(LOCAL_ACCOUNT);
    const left = [
      ...(accountAlias === undefined ? [] : [`the alias ${accountAlias}`]),
      ...store.channels(LOCAL_ACCOUNT).map(({ channelId }) => `the channel ${channelId}`),
    ];
    await this.aws.stop();
    return left;
  }

  private issue(principalArn: string, policies?: () => PolicyDocument[]): Identity {
    return this.aws.services.identities.issue({ accountId: LOCAL_ACCOUNT, principalArn, policies });
  }

  private clients({ accessKeyId, secretAccessKey, sessionToken }: Identity): Clients {
    const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken! };
    const { supportApp, chimeSdkMessaging } = this.aws.services.endpoints;
    return {
      chime: new ChimeSDKMessagingClient({ endpoint: chimeSdkMessaging, region: REGION, credentials, maxAttempts: 1 }),
      supportApp: new SupportApp({ endpoint: supportApp, region: REGION, credentials, maxRetries: 0 }),
    };
  }
}

function outcomeOf({ stackId, status, events }: StackResult): StackOutcome {
  const failed = events.filter((event) => event.status.endsWith('_FAILED'));
  return { stackId, status, failures: failed.flatMap(({ reason }) => reason ?? []) };
}
