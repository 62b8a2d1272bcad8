/** Tries in a live account what the local AWS assumes of AWS. */
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PREFIX, type ProbeAccount } from './account';
import { formatTable } from './assumptions';
import { replaceTable } from './document';
import { LiveAccount } from './live-account';
import { LOCAL_TEAM, LocalAccount } from './local-account';
import { formatFindings, probe, PROBES, type ProbeResult } from './run';

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'assumptions.md');

const HELP = `
Makes the calls that settle what this project assumes of AWS where nothing
documents it, in the account of a profile of the AWS CLI, removes what they
made, and prints assumption by assumption: holds, does not hold, or could not be
tried. docs/assumptions.md tells what depends on each.

  --profile NAME         the profile; with --local the local AWS is asked
                         instead
  --region REGION        the Region; by default that of the profile
  --yes                  do it: without, nothing is done but to say what would
                         be
  --team T... --channel C...
                         a Slack workspace that is authorized in the account,
                         and a channel of it that has no configuration: for what
                         needs them
  --delete-workspace     also deletes that workspace from the account; only the
                         console brings it back
  --lex-bot-alias ARN    the alias of an Amazon Lex V2 bot, for what needs a bot
  --local                asks the local AWS: every assumption that can be tried
                         must hold there
  --write                writes the table of docs/assumptions.md, and does
                         nothing else

Take an account that nothing depends on: things are made and deleted whose names
begin with "${PREFIX}". It costs a few cents at most. An account in
which something has such a name is left alone.

The exit code is 0 when everything that could be tried holds, 1 when something
does not, 2 when the command line is wrong, --yes is missing or the account is
left alone, and 3 when something could not be removed.
`.trim();

interface Options {
  readonly 'profile'?: string;
  readonly 'region'?: string;
  readonly 'yes'?: boolean;
  readonly 'team'?: string;
  readonly 'channel'?: string;
  readonly 'delete-workspace'?: boolean;
  readonly 'lex-bot-alias'?: string;
  readonly 'local'?: boolean;
  readonly 'write'?: boolean;
  readonly 'help'?: boolean;
}

class UsageError extends Error {}

async function main(): Promise<number> {
  const options = parseOptions();
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.write) {
    writeFileSync(DOCUMENT, replaceTable(readFileSync(DOCUMENT, 'utf8'), formatTable()));
    return 0;
  }
  if (options.local) {
    return report(
      await tryAll(await LocalAccount.start(), {
        ...options,
        'team': LOCAL_TEAM,
        'channel': 'C012PROBE00',
        'delete-workspace': true,
      }),
    );
  }
  if (!options.profile) {
    throw new UsageError('--profile or --local must say where to ask');
  }
  const account = await LiveAccount.connect({
    profile: options.profile,
    region: options.region,
    lexBotAliasArn: options['lex-bot-alias'],
  });
  console.log(`Account ${account.accountId}, Region ${account.region}`);
  const leftovers = await account.findLeftovers();
  if (leftovers.length > 0) {
    console.error(
      `Nothing was done, since there are things of an earlier run:\n${leftovers.map((what) => `  ${what}`).join('\n')}`,
    );
    return 2;
  }
  if (!options.yes) {
    const touched = Object.entries(PROBES).map(([name, { touches }]) => `  ${name}: ${touches}`);
    console.error(`With --yes these are made, and deleted at the end:\n${touched.join('\n')}`);
    return 2;
  }
  return report(await tryAll(account, options));
}

function parseOptions(): Options {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const { values } = parseArgs({
      options: {
        'profile': text,
        'region': text,
        'yes': flag,
        'team': text,
        'channel': text,
        'delete-workspace': flag,
        'lex-bot-alias': text,
        'local': flag,
        'write': flag,
        'help': flag,
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What was made is removed when somebody interrupts it, too. */
function tryAll(account: ProbeAccount, options: Options): Promise<ProbeResult> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      console.error(`\nInterrupted by ${signal}: removing what was made`);
      void account.cleanUp().then((left) => {
        left.forEach((what) => console.error(`could not be removed: ${what}`));
        process.exit(left.length > 0 ? 3 : 128 + constants.signals[signal]);
      });
    });
  }
  return probe(account, {
    teamId: options.team,
    channelId: options.channel,
    deletesWorkspace: options['delete-workspace'],
    report: (line) => console.log(line),
  });
}

function report(result: ProbeResult): number {
  console.log(formatFindings(result));
  if (result.left.length > 0) {
    return 3;
  }
  return [...result.findings.values()].some(({ verdict }) => verdict === 'does not hold') ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    const isUsage = error instanceof UsageError;
    console.error(isUsage ? `${error.message}\n\n${HELP}` : error.message);
    process.exitCode = isUsage ? 2 : 1;
  },
);
