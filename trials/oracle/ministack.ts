import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import CloudFormation from 'aws-sdk/clients/cloudformation';
import IAM from 'aws-sdk/clients/iam';
import Lambda from 'aws-sdk/clients/lambda';
import {
  REGION,
  type Engine,
  type HandlerRequest,
  type OperationOptions,
  type Outcome,
  type StackAddress,
} from './engine';
import { Observer, type Credentials } from './observer';
import { Identities, type Identity, type PolicyDocument } from '../../local-aws/identity';
import { LocalServices } from '../../local-aws/services/server';

// Read when the first client is made.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';

const START_LIMIT_IN_SECONDS = 60;
const OPERATION_LIMIT_IN_SECONDS = 240;
const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'];

/** The credentials of the local AWS, and those that MiniStack gives to its functions. */
class SharedIdentities extends Identities {
  private readonly fromMiniStack = new Map<string, Identity>();

  public learn(identity: Identity): void {
    this.fromMiniStack.set(identity.accessKeyId, identity);
  }

  public override find(accessKeyId: string): Identity | undefined {
    return this.fromMiniStack.get(accessKeyId) ?? super.find(accessKeyId);
  }
}

/** CloudFormation, Lambda and IAM of MiniStack, with the Support App and Chime of the local AWS. */
export class MiniStack implements Engine {
  /** Starts it with what is written in `folder`: its log, its temporary files. */
  public static async start(python: string, folder: string): Promise<MiniStack> {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const identities = new SharedIdentities();
    const services = await LocalServices.start({ identities });
    const engine = new MiniStack(services, identities, await freePort());
    engine.observer = await Observer.start((accountId, { functionName, credentials, event }) =>
      engine.learn(accountId, functionName, credentials, event.ResourceProperties.ChannelRoleArn),
    );
    services.supportApp.roles = (arn) => engine.channelRoles.get(arn);
    try {
      await engine.startProcess(python, folder);
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  public readonly name = 'MiniStack';
  public readonly url: string;
  private observer?: Observer;
  private child?: ChildProcess;
  /** Whom the roles of channels trust, as MiniStack's IAM has it. */
  private readonly channelRoles = new Map<string, { exists: true; trusts: string[] }>();

  private constructor(
    public readonly services: LocalServices,
    private readonly identities: SharedIdentities,
    private readonly port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  public get requests(): readonly HandlerRequest[] {
    return this.observer!.requests;
  }

  public createStack(
    stack: StackAddress,
    template: string,
    { disableRollback }: OperationOptions = {},
  ): Promise<Outcome> {
    return this.operate(stack, (cloudFormation) =>
      cloudFormation
        .createStack({
          StackName: stack.stackName,
          TemplateBody: template,
          Capabilities: CAPABILITIES,
          DisableRollback: disableRollback,
        })
        .promise(),
    );
  }

  public updateStack(stack: StackAddress, template: string): Promise<Outcome> {
    return this.operate(stack, (cloudFormation) =>
      cloudFormation
        .updateStack({
          StackName: stack.stackName,
          TemplateBody: template,
          Capabilities: CAPABILITIES,
        })
        .promise(),
    );
  }

  public deleteStack(stack: StackAddress): Promise<Outcome> {
    return this.operate(stack, (cloudFormation) =>
      cloudFormation.deleteStack({ StackName: stack.stackName }).promise(),
    );
  }

  public continueUpdateRollback(stack: StackAddress): Promise<Outcome> {
    return this.operate(stack, (cloudFormation) =>
      cloudFormation.continueUpdateRollback({ StackName: stack.stackName }).promise(),
    );
  }

  public rollbackStack(stack: StackAddress): Promise<Outcome> {
    return this.operate(stack, (cloudFormation) =>
      cloudFormation.rollbackStack({ StackName: stack.stackName }).promise(),
    );
  }

  public executeChangeSet(stack: StackAddress, template: string, kind: 'CREATE' | 'UPDATE'): Promise<Outcome> {
    const { stackName: StackName } = stack;
    const ChangeSetName = `deploy-${kind.toLowerCase()}`;
    return this.operate(stack, async (cloudFormation) => {
      await cloudFormation
        .createChangeSet({
          StackName,
          ChangeSetName,
          ChangeSetType: kind,
          TemplateBody: template,
          Capabilities: CAPABILITIES,
        })
        .promise();
      await cloudFormation
        .waitFor('changeSetCreateComplete', { StackName, ChangeSetName, $waiter: { delay: 1, maxAttempts: 30 } })
        .promise();
      await cloudFormation.executeChangeSet({ StackName, ChangeSetName }).promise();
    });
  }

  public async physicalIds({ accountId, stackName: StackName }: StackAddress): Promise<Record<string, string>> {
    const { StackResourceSummaries: resources = [] } = await this.client(CloudFormation, accountId)
      .listStackResources({ StackName })
      .promise();
    return Object.fromEntries(
      resources
        .filter(
          ({ ResourceType: type, ResourceStatus: status }) =>
            type.startsWith('Custom::') && !status.startsWith('DELETE'),
        )
        .map(({ LogicalResourceId: logicalId, PhysicalResourceId: physicalId = '' }) => [logicalId, physicalId]),
    );
  }

  public async createConsoleRole(accountId: string, roleName: string): Promise<void> {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'supportapp.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    await this.client(IAM, accountId)
      .createRole({ RoleName: roleName, AssumeRolePolicyDocument: JSON.stringify(trust) })
      .promise();
  }

  public async stop(): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      // It ends with its input, and takes the processes of its functions along.
      child.stdin!.end();
      await ended;
    }
    await Promise.all([this.observer?.stop(), this.services.stop()]);
  }

  /** Its environment: nothing of the caller's AWS settings, and no port but on loopback. */
  private async startProcess(python: string, folder: string): Promise<void> {
    const { supportApp, chimeSdkMessaging } = this.services.endpoints;
    const child = spawn(python, [join(__dirname, 'start_ministack.py')], {
      cwd: folder,
      // A group of its own, with which its functions end.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        TMPDIR: folder,
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONUNBUFFERED: '1',
        GATEWAY_PORT: String(this.port),
        BIND_HOST: '127.0.0.1',
        MINISTACK_HOST: '127.0.0.1',
        LAMBDA_EXECUTOR: 'local',
        // Its own IAM judges what the handler asks of CloudFormation, and gives each function credentials of its own.
        AUTH: 'true',
        SFTP_ENABLED: '0',
        IOT_MTLS_ENABLED: '0',
        LOG_LEVEL: 'INFO',
        DOCKER_HOST: 'tcp://127.0.0.1:9',
        NODE_OPTIONS: `--require ${join(__dirname, 'observe.js')}`,
        ORACLE_OBSERVER: this.observer!.url,
        AWS_ENDPOINT_URL_SUPPORT_APP: supportApp,
        AWS_ENDPOINT_URL_CHIME_SDK_MESSAGING: chimeSdkMessaging,
        AWS_ENDPOINT_URL_CLOUDFORMATION: this.url,
      },
    });
    this.child = child;
    const log = join(folder, 'ministack.log');
    const file = createWriteStream(log);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        file.write(text);
        output = `${output}${text}`.slice(-2000);
      });
    }
    let failure: string | undefined;
    child
      .once('error', (error) => (failure = error.message))
      .once('exit', (status) => (failure = `it ended with status ${status}`));
    const deadline = Date.now() + START_LIMIT_IN_SECONDS * 1000;
    while (!(await isServing(`${this.url}/_ministack/health`))) {
      if (failure !== undefined || Date.now() > deadline) {
        throw new Error(
          `MiniStack did not start: ${failure ?? `it does not answer after ${START_LIMIT_IN_SECONDS} s`}; ` +
            `the end of ${log}:\n${output}`,
        );
      }
      await sleep(50);
    }
  }

  /** Starts an operation and waits for its end. */
  private async operate(
    stack: StackAddress,
    start: (cloudFormation: CloudFormation) => Promise<unknown>,
  ): Promise<Outcome> {
    const cloudFormation = this.client(CloudFormation, stack.accountId);
    // A deleted stack is found by its id only.
    const find = async (name: string) =>
      (await cloudFormation.describeStacks({ StackName: name }).promise()).Stacks![0];
    const before = await find(stack.stackName).catch(() => undefined);
    const known = before ? (await this.events(cloudFormation, before.StackId!)).length : 0;
    await start(cloudFormation);
    const id =
      before?.StackStatus.startsWith('DELETE') === false ? before.StackId! : (await find(stack.stackName)).StackId!;
    const deadline = Date.now() + OPERATION_LIMIT_IN_SECONDS * 1000;
    for (;;) {
      const { StackStatus: status } = await find(id);
      if (!status.includes('IN_PROGRESS')) {
        const events = (await this.events(cloudFormation, id)).slice(id === before?.StackId ? known : 0);
        return {
          status,
          failures: events
            .filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'))
            .flatMap(({ ResourceStatusReason }) => ResourceStatusReason || []),
        };
      }
      if (Date.now() > deadline) {
        throw new Error(`${stack.stackName} is ${status} after ${OPERATION_LIMIT_IN_SECONDS} s`);
      }
      await sleep(50);
    }
  }

  /** All events of a stack, the first one first. */
  private async events(cloudFormation: CloudFormation, stackId: string): Promise<CloudFormation.StackEvent[]> {
    const events: CloudFormation.StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const page = await cloudFormation.describeStackEvents({ StackName: stackId, NextToken }).promise();
      events.push(...page.StackEvents!);
      ({ NextToken } = page);
    } while (NextToken);
    return events.reverse();
  }

  /** Makes the credentials of a function known to the services, with the policies that its role has in MiniStack. */
  private async learn(
    accountId: string,
    functionName: string,
    credentials: Credentials,
    channelRole: unknown,
  ): Promise<void> {
    const iam = this.client(IAM, accountId);
    const { Role: principalArn = '' } = await this.client(Lambda, accountId)
      .getFunctionConfiguration({ FunctionName: functionName })
      .promise();
    const RoleName = roleNameOf(principalArn);
    const { PolicyNames } = await iam.listRolePolicies({ RoleName }).promise();
    const policies = await Promise.all(
      PolicyNames.map(async (PolicyName) =>
        parseDocument<PolicyDocument>((await iam.getRolePolicy({ RoleName, PolicyName }).promise()).PolicyDocument),
      ),
    );
    this.identities.learn({ ...credentials, accountId, principalArn, policies: () => policies });
    if (typeof channelRole === 'string') {
      const role = await iam
        .getRole({ RoleName: roleNameOf(channelRole) })
        .promise()
        .catch(() => undefined);
      if (role) {
        this.channelRoles.set(channelRole, {
          exists: true,
          trusts: trustedServices(role.Role.AssumeRolePolicyDocument ?? '{}'),
        });
      } else {
        this.channelRoles.delete(channelRole);
      }
    }
  }

  /** MiniStack takes an account id for the access key of the account's root. */
  private client<Client>(
    Service: new (options: CloudFormation.ClientConfiguration) => Client,
    accountId: string,
  ): Client {
    return new Service({
      endpoint: this.url,
      region: REGION,
      maxRetries: 0,
      credentials: { accessKeyId: accountId, secretAccessKey: 'test' },
    });
  }
}

function roleNameOf(arn: string): string {
  return arn.split('/').at(-1)!;
}

/** IAM answers documents as they stand in a URL. */
function parseDocument<Document>(text: string): Document {
  return JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text) as Document;
}

function trustedServices(trust: string): string[] {
  const { Statement: statements } = parseDocument<{ Statement: { Principal: { Service?: string | string[] } }[] }>(
    trust,
  );
  return statements.flatMap(({ Principal: { Service: service = [] } }) => service);
}

async function isServing(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
