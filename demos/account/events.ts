import type { StackEvent } from '../../local-aws/cloudformation/stack';
import { paint, shorten, shortenMiddle, wrap, type Style, type Terminal } from '../common/terminal';

const PROGRESS_WIDTH = 5;
/** As long as the longest status of a resource; some of a stack are longer. */
const STATUS_WIDTH = 18;
/** As long as the longest type of this library. */
const TYPE_WIDTH = 43;
const SHORTEST_LOGICAL_ID_WIDTH = 27;
const INDENTATION = '  ';
const GAP = '  ';

/** The events of one operation on a stack, one below the other as they come. */
export class EventPrinter {
  private readonly done = new Set<string>();
  private isRollback = false;

  /**
   * @param total Number of resources that the operation may touch, the stack included.
   */
  public constructor(private readonly terminal: Terminal, private readonly total: number) {}

  public print(event: StackEvent): void {
    this.count(event);
    // This second event of each creation tells a reader nothing new.
    if (event.reason !== 'Resource creation Initiated') {
      formatEvent(event, `${this.done.size}/${this.total}`, this.terminal).forEach((line) => this.terminal.print(line));
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

/** One event in aligned columns, and its reason below, wrapped. */
export function formatEvent(event: StackEvent, progress: string, terminal: Pick<Terminal, 'width' | 'colors'>): string[] {
  const { timestamp, status, type, logicalId, reason } = event;
  const style = styleOf(status);
  const before = `${INDENTATION}${progress.padStart(PROGRESS_WIDTH)}${GAP}${timestamp.toTimeString().slice(0, 8)}${GAP}`;
  // A long status takes its room from the type, so that the logical ids stay in line.
  const room = terminal.width - before.length - GAP.length * 2;
  const logicalIdWidth = Math.max(SHORTEST_LOGICAL_ID_WIDTH, room - STATUS_WIDTH - TYPE_WIDTH);
  const left = room - logicalIdWidth;
  const shownStatus = shorten(status, left).padEnd(STATUS_WIDTH);
  const typeWidth = Math.max(0, left - shownStatus.length);
  const line = [
    before,
    paint(shownStatus, style, terminal),
    GAP,
    shorten(type, typeWidth).padEnd(typeWidth),
    GAP,
    shortenMiddle(logicalId, logicalIdWidth),
  ].join('');
  const reasonIndentation = ' '.repeat(before.length);
  return [
    line.trimEnd(),
    ...reason === undefined ? [] : wrap(reason, terminal.width - before.length).map((text) => reasonIndentation + paint(text, style, terminal)),
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
