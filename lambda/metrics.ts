/** The namespace of the metrics that the handler counts, by stack. */
const NAMESPACE = 'CdkSupportChannels';

/**
 * Writes metrics in the embedded metric format, which CloudWatch reads out of the log.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function putMetrics(stackId: string, counts: Record<string, number>): void {
  const Metrics = Object.keys(counts).map((Name) => ({ Name }));
  // A line of its own: the console would put the time and the request id before it.
  process.stdout.write(JSON.stringify({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [['StackName']], Metrics }] },
    StackName: stackId.split('/')[1],
    ...counts,
  }) + '\n');
}
