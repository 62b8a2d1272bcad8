import type { LocalAws } from '../../local-aws/local-aws';
import type { LoggedRequest } from '../../local-aws/services/request-log';
import { printWrapped, type Terminal } from '../common/terminal';

const INDENTATION = '         ';

/** Shows what goes on below the events: the calls that reached the services, and what the handler logged. */
export class Trace {
  private shownRequests = 0;
  private shownInvocations = 0;

  public constructor(private readonly aws: LocalAws, private readonly terminal: Terminal) {}

  /** Prints what has come since the last time. */
  public print(): void {
    const { services, cloudFormation } = this.aws;
    const { entries } = services.requests;
    for (; this.shownRequests < entries.length; this.shownRequests += 1) {
      printWrapped(this.terminal, describeRequest(entries, this.shownRequests), INDENTATION, 'dim');
    }
    const { invocations } = cloudFormation.lambda;
    for (; this.shownInvocations < invocations.length; this.shownInvocations += 1) {
      const { event, log } = invocations[this.shownInvocations];
      const { LogicalResourceId: logicalId = 'a check of drift' } = event as { LogicalResourceId?: string };
      printWrapped(this.terminal, `log of ${logicalId}`, INDENTATION, 'dim');
      logLines(log).forEach((line) => printWrapped(this.terminal, line, `${INDENTATION}  `, 'dim'));
    }
  }
}

/** One call: service, operation, outcome and which attempt of the client it was. */
export function describeRequest(entries: readonly LoggedRequest[], index: number): string {
  const { service, operation, outcome } = entries[index];
  const result = [outcome.status ?? 'no answer', outcome.errorCode, outcome.fault && `(${outcome.fault} on purpose)`];
  return `api ${service}:${operation} ${result.filter((part) => part !== undefined).join(' ')}, attempt ${attemptOf(entries, index)}`;
}

/** A client repeats the very same request after an answer that it may repeat it for. */
function attemptOf(entries: readonly LoggedRequest[], index: number): number {
  const key = ({ service, operation, input }: LoggedRequest) => JSON.stringify([service, operation, input]);
  const isRepeatable = ({ outcome: { status } }: LoggedRequest) => status === undefined || status === 429 || status >= 500;
  let attempt = 1;
  for (const entry of entries.slice(0, index).filter((other) => key(other) === key(entries[index]))) {
    attempt = isRepeatable(entry) ? attempt + 1 : 1;
  }
  return attempt;
}

/** What the handler wrote and the final report, without the times and request ids that Lambda puts before each line. */
export function logLines(log: string): string[] {
  return log.split('\n')
    .filter((line) => line !== '' && !/^(START|END) /.test(line))
    .map((line) => line.replace(/^\S+Z\t\S+\t/, '').replace(/^REPORT RequestId: \S+\t/, 'REPORT ').replaceAll('\t', ' ').trim())
    // A place to break a line at.
    .map((line) => line.replaceAll(',"', ', "'));
}
