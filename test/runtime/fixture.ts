import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CustomResourceEvent } from '../../lambda/custom-resource';
import { ResponseBucket, type CustomResourceAnswer } from '../../local-aws/cloudformation/response-bucket';
import type { Identity } from '../../local-aws/identity';
import { ExecutionEnvironment } from '../../local-aws/runtime/execution-environment';
import type { NodeRelease, RuntimeInstallation } from '../../local-aws/runtime/installation';
import { LocalServices } from '../../local-aws/services/server';
import { ScriptedServer } from '../lambda/scripted-server';

export const ACCOUNT = '111122223333';
export const MANAGEMENT_ACCOUNT = '999999999999';
export const REGION = 'us-east-1';
export const TEAM = 'T012ABCDEFG';
export const OTHER_TEAM = 'T0OTHERTEAM';
export const HANDLER = readFileSync(join(__dirname, '..', '..', 'assets', 'handler', 'index.js'), 'utf8');

const STACK_ID = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/support/5b3a0a5c-0000-4000-8000-000000000000`;
/** A stack without other resources, which is not rolling back. */
const STACK = '<Response><StackResourceSummaries></StackResourceSummaries>'
  + '<Stacks><member><StackStatus>UPDATE_IN_PROGRESS</StackStatus></member></Stacks></Response>';
const TIMEOUT = 20_000;

/** What stands in an event beside what CloudFormation adds itself. */
export type Request = Pick<CustomResourceEvent, 'RequestType' | 'ResourceType' | 'ResourceProperties' | 'OldResourceProperties' | 'PhysicalResourceId'>;

/** What one case runs against: the services, the bucket for the answers, CloudFormation, and processes of the runtime. */
export class Fixture {
  public static async start(installation: RuntimeInstallation, node: NodeRelease): Promise<Fixture> {
    return new Fixture(installation, node, await LocalServices.start(), await ResponseBucket.start(), await ScriptedServer.start({ body: STACK }));
  }

  public readonly identity: Identity;
  private readonly environments: ExecutionEnvironment[] = [];
  /** What no log may tell. */
  private readonly secrets: string[];

  private constructor(
    private readonly installation: RuntimeInstallation,
    public readonly node: NodeRelease,
    public readonly services: LocalServices,
    public readonly bucket: ResponseBucket,
    private readonly cloudFormation: ScriptedServer,
  ) {
    this.identity = services.identities.issue({ accountId: ACCOUNT, principalArn: `arn:aws:sts::${ACCOUNT}:assumed-role/Handler/handler` });
    this.secrets = [this.identity.secretAccessKey, this.identity.sessionToken!];
    const { store } = services.supportApp;
    store.createOrganization(MANAGEMENT_ACCOUNT, [ACCOUNT]);
    for (const teamId of [TEAM, OTHER_TEAM]) {
      const teamName = `Workspace ${teamId}`;
      store.createTeam(teamId, teamName);
      store.authorizeWorkspace(MANAGEMENT_ACCOUNT, teamId);
      store.account(MANAGEMENT_ACCOUNT).workspaces.set(teamId, { teamId, teamName, allowOrganizationMemberAccount: true });
    }
  }

  /** The function in a process of its own, with environment variables beside the endpoints. */
  public async environment(code: string = HANDLER, variables: Record<string, string> = {}): Promise<ExecutionEnvironment> {
    const environment = await ExecutionEnvironment.start({
      installation: this.installation,
      node: this.node,
      code,
      region: REGION,
      identity: this.identity,
      environment: {
        AWS_ENDPOINT_URL_SUPPORT_APP: this.services.endpoints.supportApp,
        AWS_ENDPOINT_URL_CHIME_SDK_MESSAGING: this.services.endpoints.chimeSdkMessaging,
        AWS_ENDPOINT_URL_CLOUDFORMATION: this.cloudFormation.url,
        ...variables,
      },
    });
    this.environments.push(environment);
    return environment;
  }

  /** The handler in a process of its own, which it must load in. */
  public async handler(variables: Record<string, string> = {}): Promise<ExecutionEnvironment> {
    const environment = await this.environment(HANDLER, variables);
    assert.equal(environment.initError, undefined);
    return environment;
  }

  /** Sends an event to the handler, which must answer it exactly once and end the invocation in order. */
  public async request(handler: ExecutionEnvironment, request: Request, timeoutInMillis: number = TIMEOUT): Promise<CustomResourceAnswer> {
    const target = { stackId: STACK_ID, requestId: randomUUID(), logicalId: 'Resource', region: REGION };
    const { url, answer } = this.bucket.issue(target);
    this.secrets.push(new URL(url).searchParams.get('X-Amz-Signature')!);
    const outcome = await handler.invoke({
      ...request,
      ServiceToken: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:handler`,
      ResponseURL: url,
      StackId: target.stackId,
      RequestId: target.requestId,
      LogicalResourceId: target.logicalId,
    }, timeoutInMillis);
    assert.deepEqual(outcome, { kind: 'response', payload: null }, `${JSON.stringify(outcome)}\n${handler.log}`);
    const stored = this.bucket.answers.filter(({ requestId, counted }) => requestId === target.requestId && counted);
    assert.equal(stored.length, 1, 'the handler did not answer');
    return answer;
  }

  /** Sends an event that must succeed. */
  public async succeed(handler: ExecutionEnvironment, request: Request): Promise<Required<Pick<CustomResourceAnswer, 'physicalId' | 'data'>>> {
    const { status, reason, physicalId, data } = await this.request(handler, request);
    assert.equal(status, 'SUCCESS', reason);
    return { physicalId: physicalId!, data: data! };
  }

  public async stop(): Promise<void> {
    await Promise.all(this.environments.map((environment) => environment.stop()));
    await Promise.all([this.services, this.bucket, this.cloudFormation].map((server) => server.stop()));
    for (const { log } of this.environments) {
      assert.ok(!this.secrets.some((secret) => log.includes(secret)), 'the log tells a secret or a response URL');
    }
  }
}
