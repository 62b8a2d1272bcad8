import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interrupt, ROOT, type Run, run, section } from './run';
import { textOf } from '../../../demos/common/picture';

/** The events of step 5, one by one, without what differs from run to run: how many are done, the time, request ids and the order. */
function eventsOf(text: string): string[] {
  const [, events] = /\n\n( +\d+\/\d+ [^]+?)(\n\n|$)/.exec(text) ?? [];
  return (events ?? '').split(/^ +\d+\/\d+ +[\d:]+ +/m).map((event) => event.replace(/\s+/g, ' ').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'id').trim()).sort();
}

describe('the demo', () => {
  let plain: Run;

  beforeAll(async () => {
    plain = await run([]);
  });

  test('tells the whole life of a stack', () => {
    expect(plain.stdout.match(/^\d+\. .+$/gm)).toEqual([
      '1. Synthesize the example',
      '2. Deploy it',
      '3. Look at what exists now',
      '4. Update it',
      '5. Fail, and roll back',
      '6. Adopt the channel',
      '7. Drift, and repair',
      '8. Delete the stack',
      '9. Make mistakes',
    ]);
  });

  test('ends well, with all that it claims', () => {
    expect(plain.stderr).toBe('');
    expect(plain.stdout).not.toContain('✗');
    expect(plain.stdout).toContain('All 23 checks hold');
    expect(plain.exitCode).toBe(0);
  });

  test('leaves no files', () => {
    expect(plain.leftovers).toEqual([]);
  });

  test.each([
    [1, '10 resources:'],
    [2, '11/11 .* CREATE_COMPLETE +SupportChannels\n'],
    [3, 'Slack workspace +T012ABCDEFG +name: Example +stack \\(adopted\\)\n'],
    [4, '- Slack channel C012URGENT1 \\(urgent\\)\n'],
    [5, 'UPDATE_ROLLBACK_COMPLETE +SupportChannels\n'],
    [5, 'Set existing to\\s+ADOPT'],
    [6, '~ Slack channel C012SECURTY: owner: no stack → stack \\(adopted\\)\n'],
    [7, '"drift":"CHANGED"[^✓]*"repair":"REPAIRED"'],
    [7, 'DriftedResources: 1, RepairedResources: 1, UnreadableResources: 0\n'],
    [8, 'DELETE_SKIPPED +OnCall'],
    [9, 'SlackChannelConfiguration at "SupportChannels/Workspace/Operations" has 3\\s+problems:\n'],
  ])('shows in step %i: %s', (number, text) => {
    expect(section(plain.stdout, number)).toMatch(new RegExp(text));
  });

  test('has a last table of what the stack must not delete', () => {
    const rows = section(plain.stdout, 8).split('\n').filter((line) => / (stack \(\w+\)|no stack)$/.test(line)).map((line) => line.trim().split(/ {2,}/));
    // The service makes up the id of a Chime channel.
    expect(rows.map(([kind, id, , owner]) => [kind, kind === 'Chime channel' ? 'id' : id, owner])).toEqual([
      ['Slack workspace', 'T012ABCDEFG', 'no stack'],
      ['Slack channel', 'C012SECURTY', 'no stack'],
      ['Chime channel', 'id', 'no stack'],
    ]);
  });

  test('shows neither calls nor log lines', () => {
    expect(plain.stdout).not.toMatch(/api supportapp|log of|REPORT/);
  });

  test('is what its picture shows; npx tsx demos/account/picture.ts draws it anew', () => {
    const picture = eventsOf(textOf(readFileSync(join(ROOT, 'docs', 'images', 'demo.svg'), 'utf8')));
    expect(picture.length).toBeGreaterThan(10);
    expect(picture).toEqual(eventsOf(section(plain.stdout, 5)));
  });

  test('has no colors in a pipe, and fits into 80 columns', () => {
    expect(plain.stdout).not.toContain('\u001B');
    expect(plain.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

test('--help explains the options and runs nothing', async () => {
  const { exitCode, stdout } = await run(['--help']);
  expect(stdout).toContain('Usage: npm run demo -- [options]');
  expect(stdout).toContain('--verbose');
  expect(stdout).not.toContain('Synthesize');
  expect(exitCode).toBe(0);
});

test('an unknown option is refused with a hint', async () => {
  const { exitCode, stdout, stderr } = await run(['--verbos']);
  expect(stderr.trim()).toBe('Unknown option "--verbos". Did you mean --verbose? npm run demo -- --help shows what there is.');
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
});

// SIGTERM, --verbose and what goes wrong: see demo.exhaustive.test.ts.
test('SIGINT in the middle of a deployment ends everything and leaves no files', () => interrupt('SIGINT', 130));
