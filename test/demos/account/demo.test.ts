import { interrupt, type Run, run, section } from './run';

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
      '7. Delete the stack',
      '8. Make mistakes',
    ]);
  });

  test('ends well, with all that it claims', () => {
    expect(plain.stderr).toBe('');
    expect(plain.stdout).not.toContain('✗');
    expect(plain.stdout).toContain('All 19 checks hold');
    expect(plain.exitCode).toBe(0);
  });

  test('leaves no files', () => {
    expect(plain.leftovers).toEqual([]);
  });

  test.each([
    [1, '10 resources:'],
    [2, '11/11 .* CREATE_COMPLETE +AWS::CloudFormation::Stack +SupportChannels\n'],
    [3, 'Slack workspace +T012ABCDEFG +name: Example +stack \\(adopted\\)\n'],
    [4, '- Slack channel C012URGENT1 \\(urgent\\)\n'],
    [5, 'UPDATE_ROLLBACK_COMPLETE +AWS::CloudFormation::Stack +SupportChannels\n'],
    [5, 'Set existing to\\s+ExistingConfiguration.ADOPT'],
    [6, '~ Slack channel C012SECURTY: owner: no stack → stack \\(adopted\\)\n'],
    [7, 'DELETE_SKIPPED +Custom::ChimeChannel'],
    [8, 'SlackChannelConfiguration at "SupportChannels/Workspace/Operations" has 3 problems:\n'],
  ])('shows in step %i: %s', (number, text) => {
    expect(section(plain.stdout, number)).toMatch(new RegExp(text));
  });

  test('has a last table of what the stack must not delete', () => {
    const rows = section(plain.stdout, 7).split('\n').filter((line) => / (stack \(\w+\)|no stack)$/.test(line)).map((line) => line.trim().split(/ {2,}/));
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

  test('has no colours in a pipe, and fits into 100 columns', () => {
    expect(plain.stdout).not.toContain('\u001B');
    expect(plain.stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
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
