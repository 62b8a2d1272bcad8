import { isDeepStrictEqual } from 'node:util';
import type { Engine, OperationOptions, Outcome, StackAddress } from './engine';
import type { Scenario } from './scenarios';
import { prepareAccount, putSecurityChannel, stateOf, type State } from './state';
import { ACCOUNT, CONSOLE_ROLE, TEAM, type Templates } from './templates';
import type { FaultRule } from '../../local-aws/services/faults';

/** What CloudFormation did in one operation, and what is there afterwards. */
export interface Step {
  readonly title: string;
  readonly status: string;
  readonly state: State;
  /** Whether time decides what is there, so that it may be something else in another engine. */
  readonly mayDiffer: boolean;
  /** What the handler was asked, as `Delete Alias325C5727`. */
  readonly requests: string[];
}

export interface RunResult {
  readonly scenario: string;
  readonly steps: Step[];
  /** What was not as it must be. */
  readonly failures: string[];
}

/** What must be there after an operation; each of several states will do. `undefined` when another check tells. */
export type Expected = State | State[] | undefined;

export interface Expectation extends OperationOptions {
  /** Each physical id is the one that it was. */
  readonly keepsIds?: boolean;
  /** What the handler must be asked, and nothing else. */
  readonly requests?: string[];
  /** What one of the reasons of a failure must contain. */
  readonly reason?: string[];
}

/** The most that CloudFormation takes of an answer. */
const ANSWER_LIMIT = 4096;

/** A scenario in an engine: its operations, and what it finds wrong. */
export class Run {
  public readonly failures: string[] = [];
  public readonly steps: Step[] = [];

  constructor(
    public readonly engine: Engine,
    public readonly accountId: string,
    private readonly templates: Templates,
    /** What runs in place of the handler. */
    private readonly code?: string,
  ) {
    prepareAccount(engine.services, accountId);
  }

  public create(
    template: keyof Templates,
    status: string,
    expected: Expected,
    expectation: Expectation = {},
  ): Promise<void> {
    const { disableRollback } = expectation;
    return this.step(
      `create ${template}`,
      (stack) => this.engine.createStack(stack, this.body(template), { disableRollback }),
      status,
      expected,
      expectation,
    );
  }

  public update(
    template: keyof Templates,
    status: string,
    expected: Expected,
    expectation?: Expectation,
  ): Promise<void> {
    return this.step(
      `update to ${template}`,
      (stack) => this.engine.updateStack(stack, this.body(template)),
      status,
      expected,
      expectation,
    );
  }

  public delete(status: string, expected: Expected, expectation?: Expectation): Promise<void> {
    return this.step('delete', (stack) => this.engine.deleteStack(stack), status, expected, expectation);
  }

  public continueUpdateRollback(status: string, expected: Expected): Promise<void> {
    return this.step('ContinueUpdateRollback', (stack) => this.engine.continueUpdateRollback(stack), status, expected);
  }

  public rollbackStack(status: string, expected: Expected): Promise<void> {
    return this.step('RollbackStack', (stack) => this.engine.rollbackStack!(stack), status, expected);
  }

  public executeChangeSet(
    kind: 'CREATE' | 'UPDATE',
    template: keyof Templates,
    status: string,
    expected: Expected,
    expectation?: Expectation,
  ): Promise<void> {
    return this.step(
      `change set, ${kind.toLowerCase()} ${template}`,
      (stack) => this.engine.executeChangeSet!(stack, this.body(template), kind),
      status,
      expected,
      expectation,
    );
  }

  /** A channel that somebody else has configured, with a role of their own. */
  public async somebodyElsesChannel(): Promise<void> {
    await this.engine.createConsoleRole(this.accountId, CONSOLE_ROLE);
    putSecurityChannel(this.engine.services, this.accountId);
  }

  public setAlias(alias: string | undefined): void {
    this.store.account(this.accountId).accountAlias = alias;
  }

  public removeChannel(channelId: string): void {
    this.store.removeChannel(this.accountId, { teamId: TEAM, channelId });
  }

  public setLiveChat(channelId: string, isOn: boolean): void {
    const key = { teamId: TEAM, channelId };
    if (isOn) {
      this.store.startLiveChat(this.accountId, key);
    } else {
      this.store.endLiveChat(this.accountId, key);
    }
  }

  /** Whether somebody has authorized the workspace in the console. */
  public setAuthorized(isAuthorized: boolean): void {
    if (isAuthorized) {
      this.store.authorizeWorkspace(this.accountId, TEAM);
    } else {
      this.store.removeWorkspace(this.accountId, TEAM);
    }
  }

  /**
   * Puts the account into an organization whose management account has the workspace: then it is for the stack to
   * register it.
   */
  public joinOrganizationWithWorkspace(): void {
    const managementAccountId = `9${this.accountId.slice(1)}`;
    this.store.createOrganization(managementAccountId, [this.accountId]);
    this.store.authorizeWorkspace(managementAccountId, TEAM);
    const { workspaces } = this.store.account(managementAccountId);
    workspaces.set(TEAM, { ...workspaces.get(TEAM)!, allowOrganizationMemberAccount: true });
    this.setAuthorized(false);
  }

  /** Runs operations while the service has faults of this account. */
  public async withFaults(rules: FaultRule[], operations: () => Promise<void>): Promise<void> {
    const { faults } = this.engine.services;
    const injected = rules.map((rule) =>
      faults.inject({ ...rule, when: ({ accountId }) => accountId === this.accountId }),
    );
    try {
      await operations();
    } finally {
      injected.forEach((fault) => fault.remove());
    }
  }

  public state(): State {
    return stateOf(this.engine.services, this.accountId);
  }

  /** The ARNs of the Chime channels that the stack holds. */
  public async chimeChannels(): Promise<string[]> {
    const ids = Object.values(await this.engine.physicalIds(this.stack));
    return ids
      .filter((id) => id.startsWith('ChimeChannel/'))
      .map((id) => id.split(';')[0].split('/').slice(2).join('/'))
      .sort();
  }

  public check(claim: string, actual: unknown, expected: unknown): void {
    if (!isDeepStrictEqual(actual, expected)) {
      this.failures.push(`${claim}\n  is       ${JSON.stringify(actual)}\n  expected ${JSON.stringify(expected)}`);
    }
  }

  /**
   * MiniStack takes functions of one name in several accounts for one when it ends their processes, so each account
   * has a name of its own.
   */
  private get stack(): StackAddress {
    return { accountId: this.accountId, stackName: `Oracle${Number(this.accountId) % 1000}` };
  }

  private get store() {
    return this.engine.services.supportApp.store;
  }

  private body(template: keyof Templates): string {
    const text = this.templates[template].replaceAll(ACCOUNT, this.accountId);
    return this.code === undefined ? text : withCode(text, this.code);
  }

  private async step(
    title: string,
    operate: (stack: StackAddress) => Promise<Outcome>,
    status: string,
    expected: Expected,
    expectation: Expectation = {},
  ): Promise<void> {
    const idsBefore = expectation.keepsIds ? await this.engine.physicalIds(this.stack) : {};
    const known = this.engine.requests.length;
    const outcome = await operate(this.stack);
    const requests = this.engine.requests
      .slice(known)
      .filter(({ stackId }) => stackId.split(':')[4] === this.accountId);
    const state = this.state();
    const asked = requests.map(({ requestType, logicalId }) => `${requestType} ${logicalId}`);
    const mayDiffer = expected === undefined || Array.isArray(expected);
    this.steps.push({ title, status: outcome.status, state, mayDiffer, requests: asked });

    if (outcome.status !== status) {
      this.failures.push([`${title}: is ${outcome.status}, expected ${status}`, ...outcome.failures].join('\n  '));
    }
    if (expected) {
      const states = [expected].flat();
      if (!states.some((one) => isDeepStrictEqual(state, one))) {
        this.check(`${title}: state`, state, states.length === 1 ? states[0] : states);
      }
    }
    if (expectation.keepsIds) {
      this.check(`${title}: physical ids`, await this.engine.physicalIds(this.stack), idsBefore);
    }
    if (expectation.requests) {
      this.check(`${title}: requests`, asked, expectation.requests);
    }
    if (
      expectation.reason &&
      !outcome.failures.some((failure) => expectation.reason!.every((text) => failure.includes(text)))
    ) {
      this.check(`${title}: a reason with ${expectation.reason.join(' and ')}`, outcome.failures, expectation.reason);
    }
    for (const { requestType, logicalId, answers } of requests) {
      // An answer that took long to arrive is sent again.
      const [answer, ...others] = answers;
      const isOne = answer && others.every((other) => isDeepStrictEqual(other, answer));
      if (!isOne || answer.status !== 200 || answer.bytes > ANSWER_LIMIT) {
        this.failures.push(`${title}: ${requestType} ${logicalId} was answered ${JSON.stringify(answers)}`);
      }
    }
  }
}

/** Plays a scenario in an engine, to its end or to the first operation that the engine refuses. */
export async function play(
  scenario: Scenario,
  engine: Engine,
  accountId: string,
  templates: Templates,
  code?: string,
): Promise<RunResult> {
  const run = new Run(engine, accountId, templates, code);
  try {
    await scenario.play(run);
  } catch (error) {
    run.failures.push(
      `stopped after ${run.steps.at(-1)?.title ?? 'nothing'}: ${(error as Error).message.slice(0, 500)}`,
    );
  }
  return { scenario: scenario.name, steps: run.steps, failures: run.failures };
}

function comparable({ status, state, mayDiffer }: Step): unknown[] {
  return mayDiffer ? [status] : [status, state];
}

/** Where two engines came to different ends with the same operations. */
export function differences(one: RunResult, other: RunResult): string[] {
  return one.steps.flatMap((step, index) => {
    const same = other.steps[index];
    return same && !isDeepStrictEqual(comparable(step), comparable(same))
      ? [
        [`${step.title}: ${step.status} and ${same.status}`, step.state, same.state]
          .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
          .join('\n  '),
      ]
      : [];
  });
}

/** The template with another handler. */
function withCode(template: string, code: string): string {
  const body = JSON.parse(template) as {
    Resources: Record<string, { Type: string; Properties: { Code?: { ZipFile?: string } } }>;
  };
  for (const { Type, Properties } of Object.values(body.Resources)) {
    if (Type === 'AWS::Lambda::Function') {
      Properties.Code = { ZipFile: code };
    }
  }
  return JSON.stringify(body);
}
