import type { StackEvent } from '../../local-aws/cloudformation/stack';
import { paint, shortenMiddle, wrap, type Style, type Terminal } from '../common/terminal';

const PROGRESS_WIDTH = 5;
/** As long as the longest status of a resource; some of a stack are longer. */
const STATUS_WIDTH = 18;
/** As long as most logical ids of this library. */
const LOGICAL_ID_WIDTH = 34;
const INDENTATION = '  ';
const GAP = '  ';

/** The events of one operation on a stack, one below the other as they come. */
export class EventPrinter {
  private readonly done = new Set<string>();
  private readonly introduced = new Set<string>();
  private isRollback = false;

  /**
   * @param total Number of resources that the operation may touch, the stack included.
   */
  public constructor(private readonly terminal: Terminal, private readonly total: number) {}

  public print(event: StackEvent): void {
    this.count(event);
    // This second event of each creation tells a reader nothing new.
    if (event.reason !== 'Resource creation Initiated') {
      const isFirst = !this.introduced.has(event.logicalId);
      this.introduced.add(event.logicalId);
      formatEvent(event, `${this.done.size}/${this.total}`, this.terminal, isFirst).forEach((line) => this.terminal.print(line));
    }
  }

  /** Counts what is done; in a rollback, what is not undone yet. */
  private count({ logicalId, type, status }: StackEvent): void {
    if (type === 'AWS::CloudFormation::Stack' && status.endsWith('ROLLBACK_IN_PROGRESS')) {
      this.isRollback = true;
    } else if (/_(COMPLETE|SKIPPED)$/.test(status)) {
      if (this.isRollback) {
        this.done.delete(logicalId);
      } else {
        this.done.add(logicalId);
      }
    }
  }
}

/**
 * One event in aligned columns, and its reason below, wrapped.
 *
 * The logical id tells the resources apart; the type stands only with the first event of each, below where it does not fit.
 */
export function formatEvent(
  { timestamp, status, type, logicalId, reason }: StackEvent, progress: string, terminal: Pick<Terminal, 'width' | 'colors'>, isFirst = true,
): string[] {
  const style = styleOf(status);
  const before = `${INDENTATION}${progress.padStart(PROGRESS_WIDTH)}${GAP}${timestamp.toTimeString().slice(0, 8)}${GAP}`;
  const reasonIndentation = ' '.repeat(before.length);
  const idIndentation = ' '.repeat(before.length + STATUS_WIDTH + GAP.length);
  const shownId = shortenMiddle(logicalId, terminal.width - idIndentation.length);

  const lines = [before + paint(status.padEnd(STATUS_WIDTH), style, terminal)];
  let length = before.length + Math.max(STATUS_WIDTH, status.length);
  /** Goes on in the line if there is room, or in the next one. */
  const add = (text: string) => {
    if (length + GAP.length + text.length <= terminal.width) {
      lines.push(lines.pop() + GAP + text);
      length += GAP.length + text.length;
    } else {
      const indentation = idIndentation.slice(0, Math.max(0, terminal.width - text.length));
      lines.push(indentation + text);
      length = indentation.length + text.length;
    }
  };
  const inOneLine = `${shownId.padEnd(LOGICAL_ID_WIDTH)}${GAP}${type}`;
  if (isFirst && length + GAP.length + inOneLine.length <= terminal.width) {
    add(inOneLine);
  } else {
    [shownId, ...isFirst ? [type] : []].forEach(add);
  }
  const reasonLines = reason === undefined ? [] : wrap(reason, terminal.width - before.length);
  return [
    ...lines.map((line) => line.trimEnd()),
    ...reasonLines.map((text) => reasonIndentation + paint(text, style, terminal)),
  ];
}

function styleOf(status: string): Style {
  if (/FAILED|ROLLBACK/.test(status)) {
    return 'red';
  }
  if (status.endsWith('_SKIPPED')) {
    return 'yellow';
  }
  return status.endsWith('_COMPLETE') ? 'green' : 'cyan';
}
