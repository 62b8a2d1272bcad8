import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { LocalAws } from '../local-aws/local-aws';
import { AccountAlias, ChimeChannel, NotificationSeverity, SlackWorkspace } from '../src';

export const TEAM_ID = 'T012ABCDEFG';
const MANAGEMENT_ACCOUNT = '999999999999';
const STACK_NAME = 'Stack';

/** The operations that the handler calls for one event, in their order. */
export interface EventCalls {
  readonly resource: string;
  readonly event: 'Create' | 'Update' | 'Delete';
  readonly operations: string[];
}

/** A local AWS with an account that belongs to an organization whose Slack workspace is authorized. */
export async function startAccount(accountId: string): Promise<LocalAws> {
  const aws = await LocalAws.start({ cloudFormation: { lambdaOptions: { reuseProcesses: true, retryWaitScale: 0.001 } } });
  const { store } = aws.services.supportApp;
  store.createOrganization(MANAGEMENT_ACCOUNT);
  store.createTeam(TEAM_ID, 'acme');
  store.authorizeWorkspace(MANAGEMENT_ACCOUNT, TEAM_ID);
  store.account(MANAGEMENT_ACCOUNT).workspaces.set(TEAM_ID, { teamId: TEAM_ID, teamName: 'acme', allowOrganizationMemberAccount: true });
  store.account(accountId).organization = { accountType: 'member', managementAccountId: MANAGEMENT_ACCOUNT };
  return aws;
}

/** Synthesizes a stack and answers its template. */
export function synthesize(define: (stack: Stack) => void): string {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const app = new App({ analyticsReporting: false, outdir });
    define(new Stack(app, STACK_NAME));
    return readFileSync(app.synth().getStackByName(STACK_NAME).templateFullPath, 'utf8');
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The event of a Create, of an Update and of a Delete: what each kind of resource is created as, and changed to. */
function definitions(appInstanceArn: string, chimeBearer: string): Record<string, (stack: Stack, changed: boolean) => void> {
  return {
    SlackWorkspace: (stack, changed) => {
      const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM_ID });
      if (changed) {
        // Its only property replaces it; this is what CloudFormation sends when something else in the properties changes.
        (workspace.node.defaultChild as CfnResource).addPropertyOverride('Revision', '2');
      }
    },
    SlackChannelConfiguration: (stack, changed) => {
      SlackWorkspace.fromTeamId(stack, 'Workspace', TEAM_ID).addChannel('Channel', {
        channelId: 'C012ABCDEFG',
        notifyOnCaseSeverity: changed ? NotificationSeverity.ALL : NotificationSeverity.HIGH,
        notifyOnResolveCase: true,
      });
    },
    AccountAlias: (stack, changed) => {
      new AccountAlias(stack, 'Alias', { accountAlias: changed ? 'acme test' : 'acme production' });
    },
    ChimeChannel: (stack, changed) => {
      new ChimeChannel(stack, 'Chime', { appInstanceArn, chimeBearer, channelName: changed ? 'On duty' : 'On call', removalPolicy: RemovalPolicy.DESTROY });
    },
  };
}

/** Deploys, changes and deletes one resource of each kind, and notes the API calls of each event. */
export async function measureApiCalls(): Promise<EventCalls[]> {
  const accountId = '111122223333';
  const aws = await startAccount(accountId);
  try {
    const { chime, supportApp, requests } = aws.services;
    const appInstanceArn = chime.store.createAppInstance(accountId, 'us-east-1');
    const chimeBearer = chime.store.createAppInstanceUser(appInstanceArn, 'deployer');
    const calls: EventCalls[] = [];
    for (const [resource, define] of Object.entries(definitions(appInstanceArn, chimeBearer))) {
      if (resource === 'SlackChannelConfiguration') {
        supportApp.store.authorizeWorkspace(accountId, TEAM_ID);
      }
      const record = async (event: EventCalls['event'], action: () => Promise<{ status: string; events: object[] }>) => {
        requests.clear();
        aws.cloudFormation.api.clear();
        const { status, events } = await action();
        if (!/^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(status)) {
          throw new Error(`${resource}, ${event}: ${status} ${JSON.stringify(events)}`);
        }
        calls.push({
          resource,
          event,
          operations: [...requests.entries.map(({ operation }) => operation), ...aws.cloudFormation.api.requests.map(({ action: name }) => name ?? '')],
        });
      };
      const deploy = (changed: boolean) => aws.cloudFormation.deploy({
        stackName: STACK_NAME, accountId, template: synthesize((stack) => define(stack, changed)), templateSource: 'S3',
      });
      await record('Create', () => deploy(false));
      await record('Update', () => deploy(true));
      await record('Delete', () => aws.cloudFormation.deleteStack({ stackName: STACK_NAME, accountId }));
    }
    return calls;
  } finally {
    await aws.stop();
  }
}
