import {
  REGION,
  type Engine,
  type HandlerRequest,
  type OperationOptions,
  type Outcome,
  type StackAddress,
} from './engine';
import type { Assumptions } from '../../local-aws/cloudformation/assumptions';
import type { StackResult } from '../../local-aws/cloudformation/stack';
import { LocalAws } from '../../local-aws/local-aws';
import type { LocalServices } from '../../local-aws/services/server';

/** The engine of the local AWS. */
export class LocalEngine implements Engine {
  /** As it is unless told otherwise. */
  public static start(): Promise<LocalEngine> {
    return LocalEngine.startWith('local AWS', {});
  }

  /** As it is with the other side of each assumption that no source settles. */
  public static startOtherwise(): Promise<LocalEngine> {
    return LocalEngine.startWith('local AWS with other assumptions', {
      replacedResource: 'RESTORED',
      oldProperties: 'FORMER',
    });
  }

  private static async startWith(name: string, assumptions: Partial<Assumptions>): Promise<LocalEngine> {
    const lambdaOptions = { reuseProcesses: true };
    return new LocalEngine(name, await LocalAws.start({ cloudFormation: { region: REGION, lambdaOptions, assumptions } }));
  }

  private constructor(
    public readonly name: string,
    private readonly aws: LocalAws,
  ) {}

  public get services(): LocalServices {
    return this.aws.services;
  }

  public get requests(): HandlerRequest[] {
    const { requests, bucket } = this.aws.cloudFormation;
    return requests.map(({ requestType, requestId, logicalId, physicalId, stackId }) => ({
      requestType,
      logicalId,
      physicalId,
      stackId,
      answers: bucket.answers
        .filter((answer) => answer.requestId === requestId)
        .map(({ statusCode, body }) => ({ status: statusCode, bytes: Buffer.byteLength(body) })),
    }));
  }

  public createStack(stack: StackAddress, template: string, options: OperationOptions = {}): Promise<Outcome> {
    return outcomeOf(this.aws.cloudFormation.createStack({ ...stack, template, templateSource: 'S3', ...options }));
  }

  public updateStack(stack: StackAddress, template: string): Promise<Outcome> {
    return outcomeOf(this.aws.cloudFormation.updateStack({ ...stack, template, templateSource: 'S3' }));
  }

  public deleteStack(stack: StackAddress): Promise<Outcome> {
    return outcomeOf(this.aws.cloudFormation.deleteStack(stack));
  }

  public continueUpdateRollback(stack: StackAddress): Promise<Outcome> {
    return outcomeOf(this.aws.cloudFormation.continueUpdateRollback(stack));
  }

  public rollbackStack(stack: StackAddress): Promise<Outcome> {
    return outcomeOf(this.aws.cloudFormation.rollbackStack(stack));
  }

  public async physicalIds(stack: StackAddress): Promise<Record<string, string>> {
    const resources = this.aws.cloudFormation.stack(stack)?.liveResources() ?? [];
    return Object.fromEntries(
      resources
        .filter(({ type }) => type.startsWith('Custom::'))
        .map(({ logicalId, physicalId }) => [logicalId, physicalId ?? '']),
    );
  }

  public async createConsoleRole(accountId: string, roleName: string): Promise<void> {
    this.aws.cloudFormation.roles.create(`arn:aws:iam::${accountId}:role/${roleName}`, {
      roleName,
      createdAt: new Date(),
      assumeRolePolicyDocument: {
        Statement: { Effect: 'Allow', Principal: { Service: 'supportapp.amazonaws.com' }, Action: 'sts:AssumeRole' },
      },
      managedPolicyArns: [],
      inlinePolicies: [],
      attached: new Map(),
    });
  }

  public stop(): Promise<void> {
    return this.aws.stop();
  }
}

async function outcomeOf(operation: Promise<StackResult>): Promise<Outcome> {
  const { status, events } = await operation;
  return {
    status,
    failures: events.filter((event) => event.status.endsWith('_FAILED')).flatMap(({ reason }) => reason ?? []),
  };
}
