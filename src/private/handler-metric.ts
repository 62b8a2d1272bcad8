import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Aws, Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** Where the handler counts, by stack: it writes the same names. */
const NAMESPACE = 'CdkSupportChannels';

/** A metric of what the handlers of a construct's stack have counted. */
export function handlerMetric(
  construct: Construct, metricName: string, props?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const stack = Stack.of(construct);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only for stacks that use a metric
  const { Metric } = require('aws-cdk-lib/aws-cloudwatch') as typeof cloudwatch;
  return new Metric({
    namespace: NAMESPACE,
    metricName,
    // An instance of a StackSet has another name than the stack of the app: its own template leaves it to CloudFormation.
    dimensionsMap: {
      StackName: Lazy.uncachedString({
        produce: ({ scope }) => (Stack.of(scope) === stack ? Aws.STACK_NAME : stack.stackName),
      }),
    },
    statistic: 'Sum',
    ...props,
  }).attachTo(construct);
}
