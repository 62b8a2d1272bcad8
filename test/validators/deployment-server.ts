/**
 * The local AWS for `read_deployment.py`: deploys the example of one account, prints where its services are and what was
 * declared, and deletes the stack for each line on its input.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { App } from 'aws-cdk-lib';
import { PRODUCTION_ACCOUNT } from '../../examples/account-settings';
import { AccountStack } from '../../examples/account-stack';
import { LocalAws } from '../../local-aws/local-aws';

const STACK_NAME = 'SupportChannels';
const { teamId, onCall: { appInstanceArn, chimeBearer, memberArns } } = PRODUCTION_ACCOUNT;
const [, , , region, accountId, appInstance] = appInstanceArn.split(':');

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'deployment-server-'));
  const aws = await LocalAws.start({ cloudFormation: { accountId, region } });
  try {
    const app = new App({ outdir: directory, analyticsReporting: false });
    new AccountStack(app, STACK_NAME, PRODUCTION_ACCOUNT);
    app.synth();
    prepareAccount(aws);
    const [{ status, reason }] = await aws.cloudFormation.deployAssembly(directory);
    const identity = aws.cloudFormation.identities.issue({ accountId, principalArn: `arn:aws:iam::${accountId}:user/auditor` });
    const { supportApp, chimeSdkMessaging } = aws.services.endpoints;
    print({
      status,
      reason,
      region,
      stackName: STACK_NAME,
      declared: PRODUCTION_ACCOUNT,
      endpoints: { 'support-app': supportApp, 'chime-sdk-messaging': chimeSdkMessaging, 'cloudformation': aws.cloudFormation.api.endpoint },
      credentials: { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey, sessionToken: identity.sessionToken },
    });
    for await (const _ of createInterface({ input: process.stdin })) {
      const deleted = await aws.cloudFormation.deleteStack({ stackName: STACK_NAME });
      print({ status: deleted.status });
    }
  } finally {
    await aws.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function prepareAccount({ services: { supportApp, chime } }: LocalAws): void {
  supportApp.store.createOrganization(accountId);
  supportApp.store.createTeam(teamId, 'Example');
  supportApp.store.authorizeWorkspace(accountId, teamId);
  chime.store.createAppInstance(accountId, region, appInstance.split('/')[1]);
  [chimeBearer, ...memberArns].forEach((arn) => chime.store.createAppInstanceUser(appInstanceArn, arn.split('/').at(-1)!));
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
