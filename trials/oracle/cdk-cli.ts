import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { REGION } from './engine';
import type { MiniStack } from './ministack';
import { prepareAccount, stateOf } from './state';
import { ACCOUNT } from './templates';
import { ROOT, run, type Outcome } from '../../test/validators/command';

const CLI = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const EXAMPLE = 'examples/account.ts';
const BOOTSTRAPLESS = 'trials/oracle/cdk-app.ts';

/** The CDK's own CLI deploys, compares and destroys the example; answers what was not as it must be. */
export async function useCdkCli(
  { services, url }: MiniStack,
  folder: string,
  report: (line: string) => void,
): Promise<string[]> {
  const failures: string[] = [];
  prepareAccount(services, ACCOUNT);

  const cdk = async (app: string, revision: 1 | 2, command: string, ...options: string[]): Promise<Outcome> => {
    const startedAt = Date.now();
    const outcome = await run(
      process.execPath,
      [
        CLI,
        command,
        ...options,
        '--app',
        `node --require tsx/cjs ${app}`,
        '--output',
        join(folder, 'cdk.out'),
        '--no-notices',
        '--no-version-reporting',
      ],
      {
        environment: {
          AWS_ENDPOINT_URL: url,
          AWS_ACCESS_KEY_ID: ACCOUNT,
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_REGION: REGION,
          REVISION: String(revision),
          CDK_DISABLE_VERSION_CHECK: '1',
        },
      },
    );
    report(
      `     cdk ${command} of ${app}, revision ${revision}: exit code ${outcome.status}, ` +
        `${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
    );
    return outcome;
  };
  const expectOutcome = (what: string, { status, stdout, stderr }: Outcome, code: number, ...texts: string[]) => {
    const output = `${stdout}${stderr}`;
    if (status !== code || !texts.every((text) => output.includes(text))) {
      failures.push(`${what}: exit code ${status}, expected ${code} and ${JSON.stringify(texts)}\n${output}`);
    }
  };
  const expectState = (what: string, expected: object) => {
    const { alias, channels, chime } = stateOf(services, ACCOUNT);
    const state = {
      alias,
      channels: Object.entries(channels).map(([id, { name }]) => `${id} ${name}`),
      chime: chime.map(({ name }) => name),
    };
    if (!isDeepStrictEqual(state, expected)) {
      failures.push(`${what}: is ${JSON.stringify(state)}, expected ${JSON.stringify(expected)}`);
    }
  };

  const nothing = { alias: undefined, channels: [], chime: [] };
  const deploy = ['deploy', '--require-approval', 'never', '--progress', 'events'] as const;
  expectOutcome(
    'deployment into an account that was never bootstrapped',
    await cdk(EXAMPLE, 1, ...deploy),
    1,
    '/cdk-bootstrap/hnb659fds/version not found',
  );
  expectState('after that', nothing);

  expectOutcome('deployment without bootstrap', await cdk(BOOTSTRAPLESS, 1, ...deploy), 0, 'SupportChannels');
  const first = {
    alias: 'Example Production',
    channels: ['C012OPERATE operations', 'C012URGENT1 urgent'],
    chime: ['On call'],
  };
  expectState('after the deployment', first);
  expectOutcome('cdk diff with what is deployed', await cdk(BOOTSTRAPLESS, 1, 'diff', '--fail'), 0, 'no differences');
  expectOutcome(
    'cdk diff with another revision',
    await cdk(BOOTSTRAPLESS, 2, 'diff', '--fail'),
    1,
    'operations-eu',
    'C012URGENT2',
  );
  expectState('after cdk diff', first);

  expectOutcome('deployment of another revision', await cdk(BOOTSTRAPLESS, 2, ...deploy), 0, 'SupportChannels');
  expectState('after the update', { ...first, channels: ['C012OPERATE operations-eu', 'C012URGENT2 urgent'] });
  expectOutcome('cdk destroy', await cdk(BOOTSTRAPLESS, 2, 'destroy', '--force'), 0, 'SupportChannels');
  // The Chime channel holds messages, so that it is retained.
  expectState('after cdk destroy', { ...nothing, chime: ['On call'] });
  return failures;
}
