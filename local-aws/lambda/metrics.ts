/** A value that a function has put into a metric. */
export interface MetricValue {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestamp: Date;
}

interface EmbeddedMetrics {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: { readonly Namespace: string; readonly Dimensions: string[][]; readonly Metrics: { readonly Name: string }[] }[];
  };
  readonly [member: string]: unknown;
}

/**
 * What CloudWatch reads out of a log: the lines in the embedded metric format, which must hold nothing but their object.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsIn(log: string): MetricValue[] {
  return log.split('\n').filter((line) => line.startsWith('{')).flatMap((line) => {
    const { _aws: metadata, ...members } = parse(line);
    return (metadata?.CloudWatchMetrics ?? []).flatMap(({ Namespace: namespace, Dimensions: sets, Metrics: metrics }) =>
      sets.flatMap((names) => metrics.flatMap(({ Name: name }) => [members[name]].flat().map((value): MetricValue => ({
        namespace,
        name,
        dimensions: Object.fromEntries(names.map((dimension) => [dimension, String(members[dimension])])),
        value: Number(value),
        timestamp: new Date(metadata!.Timestamp),
      })))));
  });
}

function parse(line: string): Partial<EmbeddedMetrics> {
  try {
    return JSON.parse(line) as Partial<EmbeddedMetrics>;
  } catch {
    return {};
  }
}
