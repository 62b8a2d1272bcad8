import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalServices } from '../../local-aws/services/server';
import type { Engine, HandlerRequest, Outcome } from '../../trials/oracle/engine';
import { mistakes } from '../../trials/oracle/mistakes';
import { differences, play, type Run } from '../../trials/oracle/run';
import type { State } from '../../trials/oracle/state';
import { TEAM, type Templates } from '../../trials/oracle/templates';

// The scenarios themselves need MiniStack: npm run test:oracle.

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, 'trials', 'oracle');
const ACCOUNT = '222200000001';
const NOTHING: State = { workspaces: [TEAM], channels: {}, chime: [] };

describe('what a scenario finds', () => {
  let services: LocalServices;
  beforeEach(async () => {
    services = await LocalServices.start();
  });
  afterEach(() => services.stop());

  /** An engine that does nothing but to say how it ended. */
  function engine(outcome: Outcome, answers: HandlerRequest['answers'] = [{ status: 200, bytes: 100 }]): Engine {
    const requests: HandlerRequest[] = [];
    const operate = async (): Promise<Outcome> => {
      requests.push({
        requestType: 'Create',
        logicalId: 'Alias',
        stackId: `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/Oracle1/1`,
        answers,
      });
      return outcome;
    };
    return {
      name: 'scripted',
      services,
      requests,
      createStack: operate,
      updateStack: operate,
      deleteStack: operate,
      continueUpdateRollback: operate,
      physicalIds: async () => ({ Alias: String(requests.length) }),
      createConsoleRole: async () => {},
      stop: async () => {},
    };
  }

  function playIn(scripted: Engine, steps: (run: Run) => Promise<void>) {
    return play({ name: 'scenario', play: steps }, scripted, ACCOUNT, { alias: '{}' } as Templates);
  }

  const COMPLETE: Outcome = { status: 'CREATE_COMPLETE', failures: [] };

  test('nothing, when everything is as expected', async () => {
    const result = await playIn(engine(COMPLETE), (run) =>
      run.create('alias', 'CREATE_COMPLETE', NOTHING, { requests: ['Create Alias'] }),
    );
    expect(result.failures).toEqual([]);
    expect(result.steps).toEqual([
      { title: 'create alias', status: 'CREATE_COMPLETE', state: NOTHING, mayDiffer: false, requests: ['Create Alias'] },
    ]);
  });

  test.each<[string, Outcome, (run: Run) => Promise<void>, string]>([
    [
      'another status, with the reasons',
      { status: 'ROLLBACK_COMPLETE', failures: ['the reason'] },
      (run) => run.create('alias', 'CREATE_COMPLETE', NOTHING),
      'create alias: is ROLLBACK_COMPLETE, expected CREATE_COMPLETE\n  the reason',
    ],
    [
      'another state',
      COMPLETE,
      (run) => run.create('alias', 'CREATE_COMPLETE', { ...NOTHING, alias: 'Only' }),
      'create alias: state\n',
    ],
    [
      'none of several states',
      COMPLETE,
      (run) =>
        run.create('alias', 'CREATE_COMPLETE', [
          { ...NOTHING, alias: 'A' },
          { ...NOTHING, alias: 'B' },
        ]),
      'create alias: state\n',
    ],
    [
      'other physical ids',
      COMPLETE,
      (run) => run.update('alias', 'CREATE_COMPLETE', NOTHING, { keepsIds: true }),
      'update to alias: physical ids\n',
    ],
    [
      'other requests',
      COMPLETE,
      (run) => run.create('alias', 'CREATE_COMPLETE', NOTHING, { requests: [] }),
      'create alias: requests\n',
    ],
    [
      'a reason that is missing',
      COMPLETE,
      (run) => run.create('alias', 'CREATE_COMPLETE', NOTHING, { reason: ['ADOPT'] }),
      'create alias: a reason with ADOPT\n',
    ],
    [
      'an operation that is refused',
      COMPLETE,
      () => Promise.reject(new Error('no such stack')),
      'stopped after nothing: no such stack',
    ],
  ])('%s', async (_, outcome, steps, failure) => {
    const { failures } = await playIn(engine(outcome), steps);
    expect(failures).toEqual([expect.stringContaining(failure)]);
  });

  test.each([
    ['no answer', []],
    [
      'two answers',
      [
        { status: 200, bytes: 100 },
        { status: 200, bytes: 101 },
      ],
    ],
    ['an answer that is refused', [{ status: 403, bytes: 100 }]],
    ['an answer that is too long', [{ status: 200, bytes: 4097 }]],
  ])('%s', async (_, answers) => {
    const { failures } = await playIn(engine(COMPLETE, answers), (run) =>
      run.create('alias', 'CREATE_COMPLETE', NOTHING),
    );
    expect(failures).toEqual([`create alias: Create Alias was answered ${JSON.stringify(answers)}`]);
  });

  test('nothing, when an answer was sent again', async () => {
    const answers = Array.from({ length: 2 }, () => ({ status: 200, bytes: 100 }));
    const { failures } = await playIn(engine(COMPLETE, answers), (run) => run.create('alias', 'CREATE_COMPLETE', NOTHING));
    expect(failures).toEqual([]);
  });

  test('two engines that differ', async () => {
    const steps = (run: Run) => run.create('alias', 'CREATE_COMPLETE', undefined);
    const [one, other] = [
      await playIn(engine(COMPLETE), steps),
      await playIn(engine({ status: 'CREATE_FAILED', failures: [] }), steps),
    ];
    expect(differences(one, one)).toEqual([]);
    expect(differences(one, other)).toEqual([
      expect.stringContaining('create alias: CREATE_COMPLETE and CREATE_FAILED'),
    ]);
  });
});

test('there is a mutation and a scenario for each mistake that must be found', () => {
  expect(mistakes().length).toBeGreaterThan(0);
});

test('each requirement has one version, and MiniStack has that of its corrections', () => {
  const read = (name: string) =>
    readFileSync(join(FOLDER, name), 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
  const [wanted, locked] = [read('requirements.in'), read('requirements.txt')];
  expect(locked).toEqual(expect.arrayContaining(wanted));
  expect(locked.filter((line) => !/^[\w.-]+==[\w.]+( ; \S.*)?$/.test(line))).toEqual([]);
  const [, version] = /^VERSION = "(.*)"$/m.exec(readFileSync(join(FOLDER, 'start_ministack.py'), 'utf8'))!;
  expect(wanted).toEqual([`ministack==${version}`]);
});

describe('the command', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'oracle-test-'));
    symlinkSync(process.execPath, join(path, 'node'));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  /** Runs it where there is no Python. */
  function run(...parameters: string[]): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', require.resolve('tsx/cjs'), join(FOLDER, 'cli.ts'), ...parameters],
      { cwd: ROOT, encoding: 'utf8', env: { PATH: path, NODE_NO_WARNINGS: '1' } },
    );
    return { status, stdout, stderr };
  }

  test('says what it needs', () => {
    expect(run()).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'npm run test:oracle needs Python 3.10 or later with venv as "python3" ' +
        '(on Debian and Ubuntu: apt install python3-venv); there is none\n',
    });
  });

  test('says which scenarios there are', () => {
    const { status, stderr } = run('--only', 'nothing of this');
    expect(status).toBe(2);
    expect(stderr).toContain('no scenario has "nothing of this" in its name; there are:\n  an example is created');
  });

  test('tells of an option that is not there, and how it is used', () => {
    const { status, stderr } = run('--fast');
    expect(status).toBe(2);
    expect(stderr).toContain('--only TEXT');
  });
});
