import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../../local-aws/services/aws-error';
import { ASSUMPTIONS, formatTable } from '../../trials/probe/assumptions';
import { replaceTable } from '../../trials/probe/document';
import { LOCAL_TEAM, LocalAccount } from '../../trials/probe/local-account';
import { formatFindings, probe, PROBES, type ProbeResult } from '../../trials/probe/run';

const ROOT = join(__dirname, '..', '..');
const IDS = Object.keys(ASSUMPTIONS);

/** What the local AWS cannot show. */
const UNTRIED = [
  'supportapp-no-plan',
  'supportapp-workspace-quota',
  'chime-expiration-without-messages',
  'native-workspace',
  'native-error-codes',
];

async function probeLocally(prepare: (account: LocalAccount) => void = () => {}): Promise<ProbeResult> {
  const account = await LocalAccount.start();
  prepare(account);
  return probe(account, { teamId: LOCAL_TEAM, channelId: 'C012PROBE00', deletesWorkspace: true, report: () => {} });
}

function idsOf({ findings }: ProbeResult, verdict: string): string[] {
  return [...findings].filter(([, finding]) => finding.verdict === verdict).map(([id]) => id);
}

/** The files in which an assumption may stand. */
function sources(): { file: string; text: string }[] {
  const folders = ['local-aws', 'docs', 'lambda', 'src'].flatMap((folder) =>
    (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).map((file) => join(folder, file)),
  );
  return [...folders, 'README.md']
    .filter((file) => /\.(ts|md)$/.test(file) && file !== join('docs', 'assumptions.md'))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
}

test('in the local AWS each assumption holds that can be tried there, and nothing is left', async () => {
  const result = await probeLocally();
  expect(result.findings.size).toBe(IDS.length);
  expect(idsOf(result, 'does not hold')).toEqual([]);
  expect(idsOf(result, 'could not be tried').sort()).toEqual([...UNTRIED].sort());
  expect(result.left).toEqual([]);
});

test('an assumption that does not hold is reported with what was seen, and no other one', async () => {
  const result = await probeLocally(
    ({
      aws: {
        services: { chime },
      },
    }) => {
      const call = chime.call.bind(chime);
      jest.spyOn(chime, 'call').mockImplementation((operation, input, caller) => {
        if (operation === 'DescribeChannel' && !chime.store.channels.has(String(input.ChannelArn))) {
          throw new AwsError('NotFoundException', 'There is no such channel');
        }
        return call(operation, input, caller);
      });
    },
  );
  expect(idsOf(result, 'does not hold')).toEqual(['chime-missing-channel']);
  expect(result.findings.get('chime-missing-channel')).toEqual({
    verdict: 'does not hold',
    seen: 'describing NotFoundException, changing ForbiddenException, deleting ForbiddenException',
  });
  expect(formatFindings(result)).toContain('chime-missing-channel: does not hold\n  assumed: Whoever describes');
});

test('what an account has is left alone, and what needs it could not be tried', async () => {
  const result = await probeLocally((account) => {
    const { store } = account.aws.services.supportApp;
    store.account(account.accountId).accountAlias = 'Theirs';
    store.putChannel(account.accountId, {
      teamId: LOCAL_TEAM,
      channelId: 'C012PROBE00',
      channelRoleArn: 'arn:aws:iam::111122223333:role/Theirs',
      notifyOnCaseSeverity: 'none',
      notifyOnAddCorrespondenceToCase: false,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: false,
    });
  });
  expect(result.left).toEqual(['the alias Theirs', 'the channel C012PROBE00']);
  expect(result.findings.get('supportapp-alias-read')).toEqual({
    verdict: 'could not be tried',
    why: 'the account has an alias, which is left alone',
  });
  expect(result.findings.get('supportapp-workspace-deletion')).toEqual({
    verdict: 'could not be tried',
    why: 'the channel has a configuration, which is left alone',
  });
});

test('each "Unverified" has ids of assumptions', () => {
  const marks = sources().flatMap(({ file, text }) =>
    [...text.matchAll(/(?<!")\bUnverified\b(?!")[\s*]*(\([^)]*\))?/g)].map(([, ids = 'no id']) => ({ file, ids })),
  );
  const known = (ids: string) =>
    ids.startsWith('(') &&
    ids
      .slice(1, -1)
      .split(', ')
      .every((id) => IDS.includes(id));
  expect(marks.filter(({ ids }) => !known(ids))).toEqual([]);
  expect([...new Set(marks.flatMap(({ ids }) => ids.slice(1, -1).split(', ')))].sort()).toEqual([...IDS].sort());
});

test('each assumption has one probe', () => {
  expect(
    Object.values(PROBES)
      .flatMap(({ settles }) => [...settles])
      .sort(),
  ).toEqual([...IDS].sort());
});

test('the table of the documentation is that of the probes', () => {
  const text = readFileSync(join(ROOT, 'docs', 'assumptions.md'), 'utf8');
  expect(text).toBe(replaceTable(text, formatTable()));
});

test('a document without a place for the table is an error', () => {
  expect(() => replaceTable('# Nothing', '')).toThrow('the document must have');
});

describe('the command', () => {
  function run(...parameters: string[]): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', require.resolve('tsx/cjs'), join(ROOT, 'trials', 'probe', 'cli.ts'), ...parameters],
      { cwd: ROOT, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: '/nonexistent', NODE_NO_WARNINGS: '1' } },
    );
    return { status, stdout, stderr };
  }

  test('--help tells the exit codes', () => {
    const { status, stdout, stderr } = run('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('The exit code is 0');
  });

  test.each([
    ['without an account', [], '--profile or --local must say where to ask'],
    ['with an unknown option', ['--now'], "Unknown option '--now'"],
  ])('%s it says how it is used', (_, parameters, message) => {
    const { status, stdout, stderr } = run(...parameters);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('--profile NAME');
  });

  test('a profile that is not there is an error, and nothing is done', () => {
    const { status, stdout, stderr } = run('--profile', 'nobody', '--region', 'us-east-1', '--yes');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('nobody');
  });
});
