import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { type CfnResource, Lazy, Stack } from 'aws-cdk-lib/core';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { ChannelsProvider, type IChannelsProvider } from './channels-provider';
import { describeProblems, type Problem } from './constraints';
import {
  ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, type Ownership, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE,
} from './contract';
import { acknowledge } from './private/acknowledgements';
import { isOfKind, markKind } from './private/construct-kind';
import { defaultProvider } from './private/default-provider';
import { type DriftInput, driftInput, MAXIMUM_TARGETS, MAXIMUM_TEMPLATE_LENGTH } from './private/drift-input';
import { managedResource } from './private/engine';
import { handlerMetric } from './private/handler-metric';
import { checkTypes, isObject, type PropertyType, PROVIDER, showValue } from './private/props';
import { servedBy } from './private/provider-advice';
import { isUnresolved, throwProblems } from './private/validation';

/**
 * Which drift is repaired.
 */
export enum DriftRepair {
  /**
   * That of what the stack has created or has taken to own, and so deletes.
   */
  CREATED = 'CREATED',

  /**
   * Also that of what the stack has adopted, and so leaves.
   */
  ALL = 'ALL',
}

/**
 * Properties of a `DriftMonitor`.
 */
export interface DriftMonitorProps {
  /**
   * When to look, beside soon after each change of the AWS Support App's configuration that CloudTrail records: a rate
   * or a cron expression, in UTC.
   *
   * @default - each day
   */
  readonly schedule?: events.Schedule;

  /**
   * Whether to bring back what the stack declares: `true` is `DriftRepair.CREATED`.
   *
   * Nothing is ever deleted or replaced, and nothing is repaired while an operation of the stack is in progress. A
   * `ChimeChannel` that is gone is not made again: it would have none of the messages.
   *
   * @default - drift is told, and not repaired
   */
  readonly repair?: boolean | DriftRepair;

  /**
   * Whose resources to look at, those that are defined later included: a `ChannelsProvider` of the same stack, which has
   * no other monitor.
   *
   * @default - the handler of the stack, `ChannelsProvider.getOrCreate()`
   */
  readonly provider?: IChannelsProvider;
}

/** The changes of the AWS Support App's configuration, by the names of their operations. */
const CHANGES = [
  'CreateSlackChannelConfiguration',
  'UpdateSlackChannelConfiguration',
  'DeleteSlackChannelConfiguration',
  'DeleteSlackWorkspaceConfiguration',
  'RegisterSlackWorkspaceForOrganization',
  'PutAccountAlias',
  'DeleteAccountAlias',
];

/**
 * Tells when somebody has changed or removed by hand what a stack declares, and repairs it if wanted.
 *
 * The handler of the stack compares each resource with what is there: on a schedule, and soon after CloudTrail has
 * recorded a change of the AWS Support App's configuration that somebody else made. It writes a line for each resource
 * to its log, and counts for metrics:
 *
 * ```ts
 * const monitor = new DriftMonitor(this, 'Drift', { repair: true });
 * monitor.metricDrifted().createAlarm(this, 'DriftAlarm', { threshold: 1, evaluationPeriods: 1 });
 * ```
 *
 * It takes one rule of Amazon EventBridge, no further function and no further permission of the handler. The rule holds
 * what the resources declare, in 5 targets at most: 20 Slack channels take 3, and one target has room for a
 * `ChimeChannel` of some 50 members. What has no room is an error at synth.
 *
 * CloudFormation's own drift detection leaves custom resources out. What a `NativeProvider` manages it sees.
 */
@propertyInjectable
export class DriftMonitor extends Construct {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.DriftMonitor';

  /**
   * Whether something is a `DriftMonitor`.
   *
   * @param value anything, such as a construct that an aspect visits
   */
  public static isDriftMonitor(value: any): value is DriftMonitor {
    return isOfKind(value, 'DriftMonitor');
  }

  private readonly provider: ChannelsProvider;
  private readonly ownerships: Ownership[];

  constructor(scope: Construct, id: string, props: DriftMonitorProps = {}) {
    super(scope, id);
    markKind(this, 'DriftMonitor');
    const { problems, values } = checkTypes(props, PROPERTY_TYPES);
    throwProblems('DriftMonitor', this.node.path, [...problems, ...checkSchedule(values.schedule)]);
    const provider = props.provider ?? defaultProvider(this);
    throwProblems('DriftMonitor', this.node.path, checkProvider(this, provider));
    this.provider = provider as ChannelsProvider;
    this.ownerships = ownershipsOf(props.repair);
    this.node.addValidation({ validate: () => this.problems() });
    this.defineRule(props.schedule);
  }

  /**
   * How many resources differ from what the stack declares, or are missing: counted by each check.
   *
   * @param props the statistic, the period and the look of the metric
   * @default - the sum over 5 minutes
   */
  public metricDrifted(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return handlerMetric(this, 'DriftedResources', props);
  }

  /**
   * How many of the drifted resources were repaired.
   *
   * @param props the statistic, the period and the look of the metric
   * @default - the sum over 5 minutes
   */
  public metricRepaired(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return handlerMetric(this, 'RepairedResources', props);
  }

  /**
   * How many resources could not be read, such as by a handler that lacks a permission: the log says why.
   *
   * @param props the statistic, the period and the look of the metric
   * @default - the sum over 5 minutes
   */
  public metricUnreadable(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return handlerMetric(this, 'UnreadableResources', props);
  }

  private defineRule(schedule: events.Schedule | undefined): void {
    // The modules of the services are loaded for stacks that have a monitor only.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { CfnRule } = require('aws-cdk-lib/aws-events') as typeof events;
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { CfnPermission } = require('aws-cdk-lib/aws-lambda') as typeof lambda;
    const functionArn = this.provider.serviceToken;
    const rule = new CfnRule(this, 'Resource', {
      description: 'Looks for drift of the AWS Support App and Amazon Chime channels of a stack',
      scheduleExpression: schedule?.expressionString ?? 'rate(1 day)',
      // What the provider serves is known at synth only.
      eventPattern: Lazy.uncachedAny({ produce: () => this.renderPattern() }),
      targets: Lazy.uncachedAny({
        produce: () => this.input().templates.map((inputTemplate, index): events.CfnRule.TargetProperty => ({
          id: `Target${index}`,
          arn: functionArn,
          inputTransformer: { inputPathsMap: { time: '$.time' }, inputTemplate },
        })),
      }),
    });
    acknowledge(rule, () => FINDINGS);
    new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    });
  }

  private resources(): CfnResource[] {
    return servedBy(this.provider).flatMap((construct) => managedResource(construct) ?? []).sort(inOrderOfRepair);
  }

  private input(): DriftInput {
    return driftInput(this.resources(), this.ownerships);
  }

  /** The changes that anybody but the handler makes: none are looked for in a stack of Chime channels. */
  private renderPattern(): object | undefined {
    return this.resources().every(({ cfnResourceType }) => cfnResourceType === CHIME_CHANNEL_TYPE) ? undefined : {
      'source': ['aws.supportapp'],
      'detail-type': ['AWS API Call via CloudTrail'],
      'detail': {
        eventSource: ['supportapp.amazonaws.com'],
        eventName: CHANGES,
        userIdentity: {
          sessionContext: {
            sessionIssuer: { arn: [{ exists: false }, { 'anything-but': [this.provider._handlerRoleArn] }] },
          },
        },
      },
    };
  }

  /** Each monitor counts everything: two of them would say that twice as much has drifted. */
  private checkOthers(): Problem[] {
    const [first] = Stack.of(this).node.findAll()
      .filter((other): other is DriftMonitor => isOfKind(other, 'DriftMonitor') && (other as DriftMonitor).provider === this.provider);
    return first === this ? [] : [{
      property: 'provider',
      violation: `must have one DriftMonitor, got another at "${first.node.path}"`,
      remedy: 'Remove one of the two',
    }];
  }

  private problems(): string[] {
    const found = [...this.checkOthers(), ...checkInput(this.provider, this.resources().length, this.input())];
    return found.length === 0 ? [] : [describeProblems(`DriftMonitor at "${this.node.path}"`, found)];
  }
}

/** The rule of cdk-nag that wants what a rule has no need of. */
const FINDINGS = [{
  rule: 'Serverless-EventBusDLQ',
  reason: 'An event that is lost is made up for by the next one: each of them checks everything',
}];

/** A channel is repaired after its workspace. */
const TYPES = [SLACK_WORKSPACE_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE];

/** By type and by path, so that the template does not change with the order of definitions. */
function inOrderOfRepair(one: CfnResource, other: CfnResource): number {
  const [type, otherType] = [one, other].map(({ cfnResourceType }) => TYPES.indexOf(cfnResourceType));
  return type - otherType || (one.node.path < other.node.path ? -1 : 1);
}

const PROPERTY_TYPES: { readonly [Name in keyof DriftMonitorProps]: PropertyType } = {
  schedule: {
    must: 'an events.Schedule',
    remedy: 'Give one, such as events.Schedule.rate(Duration.hours(1))',
    fits: (value) => isObject(value) && typeof value.expressionString === 'string',
  },
  repair: {
    must: 'true, false, CREATED or ALL',
    remedy: 'Give true or one of DriftRepair, or leave the property out',
    fits: (value) => typeof value === 'boolean' || value === DriftRepair.CREATED || value === DriftRepair.ALL,
  },
  provider: PROVIDER,
};

/** A `scheduler.ScheduleExpression` looks like an `events.Schedule`, and knows more. */
function checkSchedule(schedule: events.Schedule | undefined): Problem[] {
  const expression = schedule?.expressionString;
  return expression === undefined || isUnresolved(expression) || /^(rate|cron)\(.+\)$/u.test(expression) ? [] : [{
    property: 'schedule',
    violation: `must be a rate or a cron expression, got ${showValue(expression)}`,
    remedy: 'Give one, such as events.Schedule.rate(Duration.hours(1))',
  }];
}

function checkProvider(monitor: Construct, provider: IChannelsProvider): Problem[] {
  if (!ChannelsProvider.isChannelsProvider(provider)) {
    return [{
      property: 'provider',
      violation: `must be a ChannelsProvider, got ${showValue(provider)}`,
      remedy: 'Use the drift detection of CloudFormation itself, which sees what a NativeProvider manages: '
        + 'aws cloudformation detect-stack-drift',
    }];
  }
  return Stack.of(provider) === Stack.of(monitor) ? [] : [{
    property: 'provider',
    violation: `must be in the stack "${Stack.of(monitor).node.path}" of the monitor, got "${provider.node.path}"`,
    remedy: 'Define the monitor in the stack of the provider, one in each stack',
  }];
}

function ownershipsOf(repair: DriftMonitorProps['repair'] = false): Ownership[] {
  const owned: Ownership[] = repair === false ? [] : ['created', 'owned', 'taken'];
  return repair === DriftRepair.ALL ? [...owned, 'adopted'] : owned;
}

const OTHER_PROVIDER = 'another ChannelsProvider, which has no DriftMonitor, as provider';

function checkInput(
  provider: ChannelsProvider, resources: number, { templates, length, tooLong }: DriftInput,
): Problem[] {
  const limit = `${MAXIMUM_TEMPLATE_LENGTH} characters each`;
  return [
    ...resources > 0 ? [] : [{
      property: 'provider',
      violation: `must serve a construct, got ${showValue(provider)}, which serves none`,
      remedy: 'Define what is to be monitored, give it this provider, or remove the monitor',
    }],
    ...tooLong.map((tooLongOne) => ({
      property: 'provider',
      violation: `must serve what fits into a target of a rule of Amazon EventBridge, ${limit}, `
        + `got ${showValue(tooLongOne.resource.node.scope)}, which takes up to ${tooLongOne.length}`,
      remedy: `Give it ${OTHER_PROVIDER}`,
    })),
    ...templates.length <= MAXIMUM_TARGETS ? [] : [{
      property: 'provider',
      violation: `must serve what fits into the ${MAXIMUM_TARGETS} targets of a rule of Amazon EventBridge, ${limit}, `
        + `got ${showValue(provider)}, whose ${resources} resources take ${templates.length} targets `
        + `with up to ${length} characters in all`,
      remedy: `Give some of them ${OTHER_PROVIDER}`,
    }],
  ];
}
