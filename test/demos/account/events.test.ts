import { EventPrinter, formatEvent } from '../../../demos/account/events';
import type { StackEvent } from '../../../local-aws/cloudformation/stack';

const PLAIN = { width: 100, colors: false };

function newEvent(event: Partial<StackEvent> = {}): StackEvent {
  return {
    timestamp: new Date(2026, 10, 22, 8, 2, 31),
    stackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/1',
    stackName: 'Stack',
    logicalId: 'WorkspaceUrgent8759691D',
    type: 'Custom::SupportAppSlackWorkspace',
    status: 'CREATE_COMPLETE',
    ...event,
  };
}

function newStackEvent(status: StackEvent['status'], reason?: string): StackEvent {
  return newEvent({ logicalId: 'Stack', type: 'AWS::CloudFormation::Stack', status, reason });
}

describe('an event', () => {
  test('has progress, time, status, logical id and type in columns', () => {
    expect(formatEvent(newEvent(), '3/9', { width: 110, colors: false })).toEqual([
      '    3/9  08:02:31  CREATE_COMPLETE     WorkspaceUrgent8759691D             Custom::SupportAppSlackWorkspace',
    ]);
  });

  test('has its type below where there is no room, and only the first time', () => {
    const event = newEvent({ status: 'UPDATE_IN_PROGRESS', type: 'Custom::SupportAppSlackChannelConfiguration' });
    expect(formatEvent(event, '3/9', PLAIN)).toEqual([
      '    3/9  08:02:31  UPDATE_IN_PROGRESS  WorkspaceUrgent8759691D',
      '                                       Custom::SupportAppSlackChannelConfiguration',
    ]);
    expect(formatEvent(event, '3/9', { width: 80, colors: false })[1]).toBe(event.type.padStart(80));
    expect(formatEvent(event, '3/9', PLAIN, false)).toEqual(['    3/9  08:02:31  UPDATE_IN_PROGRESS  WorkspaceUrgent8759691D']);
  });

  test('has its logical id after a longer status', () => {
    const event = newEvent({ status: 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', logicalId: 'Stack', type: 'AWS::CloudFormation::Stack' });
    expect(formatEvent(event, '3/9', { width: 80, colors: false })).toEqual([
      '    3/9  08:02:31  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS  Stack',
      '                                       AWS::CloudFormation::Stack',
    ]);
  });

  test.each([80, 100, 120])('fits into %i columns, whatever its length', (width) => {
    const event = newEvent({
      status: 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', type: 'Custom::'.padEnd(41, 'x'), logicalId: 'L'.repeat(255), reason: 'words '.repeat(100),
    });
    const lines = formatEvent(event, '100/500', { width, colors: false });
    expect(lines.length).toBeGreaterThan(5);
    lines.forEach((line) => expect(line.length).toBeLessThanOrEqual(width));
  });

  test.each([80, 100, 120])('of this library is shown with its whole type and logical id in %i columns', (width) => {
    const event = newEvent({ status: 'UPDATE_IN_PROGRESS', type: 'Custom::SupportAppSlackWorkspace', logicalId: 'CdkSupportChannelsLogGroup460ACA00' });
    const text = formatEvent(event, '10/12', { width, colors: false }).join('\n');
    expect(text).toContain(event.logicalId);
    expect(text).toContain(event.type);
  });

  test('has its reason below, wrapped and indented, with every word', () => {
    const reason = 'Received response status [FAILED] from custom resource. Message returned: channelId: the account has a configuration '
      + 'for channel C012SECURTY of workspace T012ABCDEFG that this stack did not create.';
    const [, ...lines] = formatEvent(newEvent({ status: 'CREATE_FAILED', reason }), '3/9', PLAIN);
    expect(lines.length).toBeGreaterThan(1);
    lines.forEach((line) => expect(line).toMatch(/^ {19}\S.{0,80}$/));
    expect(lines.map((line) => line.trim()).join(' ')).toBe(reason);
  });

  test.each<[StackEvent['status'], number]>([
    ['CREATE_COMPLETE', 32], ['UPDATE_IN_PROGRESS', 36], ['CREATE_FAILED', 31], ['UPDATE_ROLLBACK_COMPLETE', 31], ['DELETE_SKIPPED', 33],
  ])('in status %s has color %i on a terminal', (status, color) => {
    const event = newEvent({ status, reason: 'why' });
    const lines = formatEvent(event, '3/9', { width: 100, colors: true });
    const [line, reason] = [lines[0], lines.at(-1)!];
    expect(line).toContain(`\u001B[${color}m${status}`);
    expect(reason.trim()).toBe(`\u001B[${color}mwhy\u001B[0m`);
    expect(lines.map((text) => text.replace(/\u001B\[\d+m/g, ''))).toEqual(formatEvent(event, '3/9', PLAIN));
  });
});

describe('progress', () => {
  function progressOf(events: StackEvent[]): string[] {
    const lines: string[] = [];
    const printer = new EventPrinter({ ...PLAIN, print: (line = '') => lines.push(line) }, 3);
    events.forEach((event) => printer.print(event));
    return lines.flatMap((line) => /^ +(\d+\/\d+) /.exec(line)?.[1] ?? []);
  }

  test('counts what is complete or skipped, each resource once', () => {
    expect(progressOf([
      newStackEvent('CREATE_IN_PROGRESS', 'User Initiated'),
      newEvent({ logicalId: 'One', status: 'CREATE_IN_PROGRESS' }),
      newEvent({ logicalId: 'One' }),
      newEvent({ logicalId: 'One', status: 'DELETE_COMPLETE' }),
      newEvent({ logicalId: 'Two', status: 'DELETE_SKIPPED' }),
      newStackEvent('CREATE_COMPLETE'),
    ])).toEqual(['0/3', '0/3', '1/3', '1/3', '2/3', '3/3']);
  });

  test('goes back in a rollback', () => {
    expect(progressOf([
      newEvent({ logicalId: 'One' }),
      newEvent({ logicalId: 'Two', status: 'CREATE_FAILED' }),
      newStackEvent('ROLLBACK_IN_PROGRESS'),
      newEvent({ logicalId: 'One', status: 'DELETE_COMPLETE' }),
      newEvent({ logicalId: 'Two', status: 'DELETE_COMPLETE' }),
      newStackEvent('ROLLBACK_COMPLETE'),
    ])).toEqual(['1/3', '1/3', '1/3', '0/3', '0/3', '0/3']);
  });

  test('leaves out the second event of a creation, but not the one about a replacement', () => {
    const lines: string[] = [];
    const printer = new EventPrinter({ ...PLAIN, print: (line = '') => lines.push(line) }, 3);
    printer.print(newEvent({ status: 'CREATE_IN_PROGRESS', reason: 'Resource creation Initiated' }));
    expect(lines).toEqual([]);
    printer.print(newEvent({ status: 'UPDATE_IN_PROGRESS', reason: 'Requested update requires the creation of a new physical resource' }));
    expect(lines).toHaveLength(2);
  });
});
