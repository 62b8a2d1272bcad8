import { randomUUID } from 'node:crypto';
import { eventTime, type BusEvent } from './event';
import { checkPattern, matchesPattern, type EventPattern } from './event-pattern';
import { checkInputTransformer, transformInput, type InputTransformer } from './input-transformer';
import { intervalOf } from './schedule-expression';
import type { LocalLambda } from '../lambda/local-lambda';

export interface RuleTarget {
  readonly Arn: string;
  readonly Id: string;
  readonly Input?: string;
  readonly InputTransformer?: InputTransformer;
}

/** What a rule waits for, and whom it tells. */
export interface Rule {
  readonly arn: string;
  readonly eventPattern?: EventPattern;
  readonly scheduleExpression?: string;
  readonly isEnabled: boolean;
  readonly targets: readonly RuleTarget[];
}

/** What a rule sent to a target, or why it could not. */
export interface RuleDelivery {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly event: BusEvent;
  readonly input?: unknown;
  readonly failure?: string;
}

const MOST_TARGETS = 5;
const PRINCIPAL = 'events.amazonaws.com';

/** The default event buses of all accounts and Regions, and their rules, whose targets are functions. */
export class LocalEvents {
  /** Milliseconds by which the clock of the buses is ahead of the machine's. */
  public clockOffset = 0;
  /** All that rules have sent, or could not send, in this order. */
  public readonly deliveries: RuleDelivery[] = [];
  private readonly rules = new Map<string, Rule>();
  /** When rules are due next. */
  private readonly due = new Map<string, number>();

  public constructor(private readonly lambda: LocalLambda) {}

  /** The time of an event that comes now. */
  public now(): Date {
    return new Date(Date.now() + this.clockOffset);
  }

  /** Adds a rule, or changes the one that is there. */
  public putRule(rule: Rule): void {
    const { arn, eventPattern, scheduleExpression, targets } = rule;
    if (eventPattern === undefined && scheduleExpression === undefined) {
      throw new Error('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    }
    const interval = scheduleExpression === undefined ? undefined : intervalOf(scheduleExpression);
    if (eventPattern) {
      checkPattern(eventPattern);
    }
    if (targets.length > MOST_TARGETS) {
      throw new Error('The requested resource exceeds the maximum number allowed.');
    }
    for (const { Arn: targetArn, Id: id, InputTransformer: transformer } of targets) {
      if (!/^[.\w-]{1,64}$/.test(id) || targets.filter((other) => other.Id === id).length > 1) {
        throw new Error(`Target ids must be unique and have 1 to 64 characters of A-Z, a-z, 0-9, ".", "-" and "_", unlike ${id}.`);
      }
      if (!/^arn:[\w-]+:lambda:/.test(targetArn)) {
        throw new Error(`the local EventBridge calls functions only, not ${targetArn}`);
      }
      if (transformer) {
        checkInputTransformer(id, transformer);
      }
    }
    const isSameSchedule = this.rules.get(arn)?.scheduleExpression === scheduleExpression;
    this.rules.set(arn, rule);
    if (interval === undefined) {
      this.due.delete(arn);
    } else if (!isSameSchedule) {
      this.due.set(arn, this.now().getTime() + interval);
    }
  }

  public deleteRule(arn: string): void {
    this.rules.delete(arn);
    this.due.delete(arn);
  }

  public rule(arn: string): Rule | undefined {
    return this.rules.get(arn);
  }

  /** Lets a rule with a schedule be due. */
  public fire(arn: string, time = this.now()): void {
    const rule = this.rules.get(arn);
    if (rule?.scheduleExpression === undefined) {
      throw new Error(`there is no rule with a schedule ${arn}`);
    }
    const [, , , region, account] = arn.split(':');
    this.send(rule, {
      'version': '0',
      'id': randomUUID(),
      'detail-type': 'Scheduled Event',
      'source': 'aws.events',
      account,
      'time': eventTime(time),
      region,
      'resources': [arn],
      'detail': {},
    });
  }

  /** Lets the clock of the buses pass a while in no time, and what is due meanwhile be sent. */
  public pass(milliseconds: number): void {
    const until = this.now().getTime() + milliseconds;
    for (;;) {
      const [arn, time] = [...this.due].sort(([, one], [, other]) => one - other)[0] ?? [];
      if (arn === undefined || time! > until) {
        this.clockOffset += milliseconds;
        return;
      }
      this.fire(arn, new Date(time!));
      this.due.set(arn, time! + intervalOf(this.rules.get(arn)!.scheduleExpression!)!);
    }
  }

  /** Lets a bus hear of something. */
  public publish(event: BusEvent): void {
    [...this.rules.values()].filter(({ arn, eventPattern }) => {
      const [, , , region, account] = arn.split(':');
      return region === event.region && account === event.account && eventPattern && matchesPattern(eventPattern, event);
    }).forEach((rule) => this.send(rule, event));
  }

  private send({ arn, isEnabled, targets }: Rule, event: BusEvent): void {
    for (const target of isEnabled ? targets : []) {
      const delivery = { ruleArn: arn, targetArn: target.Arn, event };
      try {
        const { Input: text, InputTransformer: transformer } = target;
        const input = transformer ? transformInput(transformer, event, arn) : text === undefined ? event : JSON.parse(text) as unknown;
        if (!this.lambda.permissions.allowsCall(target.Arn, PRINCIPAL, arn)) {
          throw new Error(`${PRINCIPAL} is not authorized to perform: lambda:InvokeFunction on resource: ${target.Arn}`);
        }
        this.lambda.invokeAsync(target.Arn, input);
        this.deliveries.push({ ...delivery, input });
      } catch (error) {
        this.deliveries.push({ ...delivery, failure: (error as Error).message });
      }
    }
  }
}
