import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textOf } from '../../../demos/common/picture';

const ROOT = join(__dirname, '..', '..', '..');

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files and folders that the demo has not removed. */
  readonly leftovers: string[];
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the demo as a user does, its output to a pipe. */
async function run(parameters: string[], preload: string[] = []): Promise<Run> {
  const temporary = mkdtempSync(join(folder, 'run-'));
  const modules = ['tsx/cjs', ...preload].flatMap((name) => ['--require', name]);
  const child = spawn(process.execPath, [...modules, 'demos/account/main.ts', ...parameters], { cwd: ROOT, env: { ...process.env, TMPDIR: temporary } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const leftovers = readdirSync(temporary).filter((name) => /^(cdk-support-channels-demo|local-lambda)-/.test(name));
  return { exitCode, stdout, stderr, leftovers };
}

function section(stdout: string, number: number): string {
  return stdout.split(/^(?=\d+\. )/m).find((text) => text.startsWith(`${number}. `)) ?? '';
}

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
    [2, '11/11 .* CREATE_COMPLETE +SupportChannels\n'],
    [3, 'Slack workspace +T012ABCDEFG +name: Example +stack \\(adopted\\)\n'],
    [4, '- Slack channel C012URGENT1 \\(urgent\\)\n'],
    [5, 'UPDATE_ROLLBACK_COMPLETE +SupportChannels\n'],
    [5, 'Set existing to\\s+ExistingConfiguration.ADOPT'],
    [6, '~ Slack channel C012SECURTY: owner: no stack → stack \\(adopted\\)\n'],
    [7, 'DELETE_SKIPPED +OnCall'],
    [8, 'SlackChannelConfiguration at "SupportChannels/Workspace/Operations" has 3\\s+problems:\n'],
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

  test('is what its picture shows; npx tsx demos/account/picture.ts draws it anew', () => {
    const picture = eventsOf(textOf(readFileSync(join(ROOT, 'docs', 'images', 'demo.svg'), 'utf8')));
    expect(picture.length).toBeGreaterThan(10);
    expect(picture).toEqual(eventsOf(section(plain.stdout, 5)));
  });

  test('shows neither calls nor log lines', () => {
    expect(plain.stdout).not.toMatch(/api supportapp|log of|REPORT/);
  });

  test('has no colors in a pipe, and fits into 80 columns', () => {
    expect(plain.stdout).not.toContain('\u001B');
    expect(plain.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

test('--verbose shows calls with their attempts, and the log of the handler', async () => {
  const { exitCode, stdout } = await run(['--verbose']);
  const text = section(stdout, 2).replace(/\s+/g, ' ');
  expect(text).toContain('api supportapp:RegisterSlackWorkspaceForOrganization 429 ThrottledClientException (throttle on purpose), attempt 1');
  expect(text).toContain('api supportapp:RegisterSlackWorkspaceForOrganization 200, attempt 2');
  expect(text).toContain('api chime:CreateChannel 201, attempt 1');
  expect(text).toMatch(/log of Workspace\w+ INFO \{"RequestType":"Create"/);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(exitCode).toBe(0);
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

describe('the demo under a preloaded module', () => {
  /** Code that runs in the demo's own process, so that what it does there comes at a known moment. */
  function preload(name: string, code: string): string[] {
    const file = join(folder, `${name}.js`);
    writeFileSync(file, code);
    return [file];
  }

  test.each([['SIGINT', 130], ['SIGTERM', 143]])('that sends %s in the middle of a deployment ends everything and leaves no files', async (signal, expected) => {
    const { exitCode, stdout, stderr, leftovers } = await run([], preload(signal, `
      const write = process.stdout.write.bind(process.stdout);
      let sent = false;
      process.stdout.write = (text, ...rest) => {
        if (!sent && /CREATE_IN_PROGRESS +Workspace/.test(text)) {
          sent = true;
          process.kill(process.pid, '${signal}');
        }
        return write(text, ...rest);
      };
    `));
    expect(stderr.trim()).toBe(`Interrupted by ${signal}: ending servers and processes.`);
    expect(stdout).not.toContain('checks hold');
    expect(leftovers).toEqual([]);
    expect(exitCode).toBe(expected);
  });

  test('that changes the account behind the stack\'s back says which claims do not hold, and fails', async () => {
    const { exitCode, stdout, leftovers } = await run([], preload('meddle', `
      const { SupportAppStore } = require(${JSON.stringify(join(ROOT, 'local-aws', 'services', 'support-app-store.ts'))});
      // Every channel gets another name than the one that was asked for.
      const putChannel = SupportAppStore.prototype.putChannel;
      SupportAppStore.prototype.putChannel = function (accountId, channel) {
        return putChannel.call(this, accountId, { ...channel, channelName: 'meddled' });
      };
    `));
    expect(stdout).toContain('✗ not so:');
    expect(stdout).toMatch(/\d+ of 19 checks do not hold\.\n$/);
    expect(leftovers).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test('that breaks a step tells the error, cleans up and fails', async () => {
    const { exitCode, stderr, leftovers } = await run([], preload('break', `
      const { LocalCloudFormation } = require(${JSON.stringify(join(ROOT, 'local-aws', 'cloudformation', 'engine.ts'))});
      LocalCloudFormation.prototype.deleteStack = async () => { throw new Error('no deletion today'); };
    `));
    expect(stderr).toContain('no deletion today');
    expect(leftovers).toEqual([]);
    expect(exitCode).toBe(1);
  });
});
