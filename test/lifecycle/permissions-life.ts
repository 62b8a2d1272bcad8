import { Duration, RemovalPolicy, type Stack, Tags } from 'aws-cdk-lib';
import { type Account, type AppInstance, type Definition, failAfter, failuresOf, TEAM, useLocalAws } from './harness';
import { AccountAlias, ChimeChannel, ExistingConfiguration, ExpirationCriterion, NotificationSeverity, SlackWorkspace } from '../../src';

export const local = useLocalAws();

interface Revision {
  readonly text: string;
  readonly tag?: string;
  readonly aliasId?: string;
  readonly fails?: boolean;
}

/** One resource of each type with all properties that have permissions of their own, and a Chime channel that was there before. */
export function everything({ appInstanceArn, chimeBearer }: AppInstance, revision: Revision): Definition {
  return (stack: Stack) => {
    const { text, tag, aliasId = 'Alias', fails } = revision;
    const channel = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM }).addChannel('Channel', {
      channelId: 'C012ABCDEFG', channelName: text, notifyOnCaseSeverity: NotificationSeverity.NONE,
    });
    const alias = new AccountAlias(stack, aliasId, { accountAlias: text });
    const others = { memberArns: [`${appInstanceArn}/user/${text}`], moderatorArns: [`${appInstanceArn}/user/${text}`] };
    const chime = new ChimeChannel(stack, 'Chime', {
      appInstanceArn,
      chimeBearer,
      channelName: text,
      ...others,
      expirationSettings: { expiration: Duration.days(text.length), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
      channelFlowArn: `${appInstanceArn}/channel-flow/${text}`,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const adopted = new ChimeChannel(stack, 'Adopted', {
      appInstanceArn, chimeBearer, channelName: text, channelId: 'adopted', existing: ExistingConfiguration.ADOPT, ...others,
    });
    if (tag) {
      Tags.of(chime).add(tag, text);
    }
    if (fails) {
      failAfter(stack, channel, alias, chime, adopted);
    }
  };
}

interface PolicyDocument {
  Statement: { Action: string | string[] }[];
}

/** What the handler may do: the policy in its role, and that for the resources. */
function policyDocuments(template: any): PolicyDocument[] {
  const ofType = (type: string) => Object.values<any>(template.Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  return [
    ...ofType('AWS::IAM::Role').flatMap(({ Policies = [] }) => Policies).map((policy) => policy.PolicyDocument),
    ...ofType('AWS::IAM::Policy').map((policy) => policy.PolicyDocument),
  ];
}

/** The template, in which the handler lacks an action wherever that is allowed. */
function without(action: string | undefined, define: Definition): string {
  const template = JSON.parse(local.synthesize(define));
  const documents = policyDocuments(template);
  expect(documents).toHaveLength(2);
  for (const document of documents) {
    document.Statement = document.Statement
      .map((statement) => ({ ...statement, Action: [statement.Action].flat().filter((allowed) => allowed !== action) }))
      .filter((statement) => statement.Action.length > 0);
    expect(document.Statement).not.toEqual([]);
  }
  return JSON.stringify(template);
}

export function actionsOf(define: Definition): string[] {
  return policyDocuments(JSON.parse(local.synthesize(define))).flatMap(({ Statement }) => Statement).flatMap(({ Action }) => Action);
}

/** A stack's whole life; answers what went wrong in it. */
export async function live(account: Account, action?: string): Promise<string[]> {
  const appInstance = account.newAppInstance();
  const { store } = local.aws.services.chime;
  for (const name of ['one', 'two', 'three']) {
    store.createAppInstanceUser(appInstance.appInstanceArn, name);
    store.createChannelFlow(appInstance.appInstanceArn, name);
  }
  account.putChimeChannel(appInstance, 'adopted');
  const revisions: [Revision, string][] = [
    [{ text: 'one', tag: 'first' }, 'CREATE_COMPLETE'],
    [{ text: 'two', tag: 'second' }, 'UPDATE_COMPLETE'],
    [{ text: 'three', aliasId: 'Moved', fails: true }, 'UPDATE_ROLLBACK_COMPLETE'],
  ];
  for (const [revision, expected] of revisions) {
    const result = await account.deployTemplate(without(action, everything(appInstance, revision)));
    const problems = [...failuresOf(result), ...(result.status === expected ? [] : [result.status])];
    if (problems.length > 0) {
      return problems;
    }
  }
  if (account.supportApp.accountAlias !== 'two') {
    return ['the alias was not put back'];
  }
  // What is gone must be told from what may not be seen.
  account.chimeChannels().forEach(({ channelArn }) => store.deleteChannel(channelArn));
  return failuresOf(await account.tryDelete());
}

/** What the handler may do, but for its log, and what it can do without. */
export const ACTIONS = [
  'cloudformation:DescribeStackEvents',
  'cloudformation:ListStackResources',
  'supportapp:RegisterSlackWorkspaceForOrganization',
  'supportapp:ListSlackWorkspaceConfigurations',
  'supportapp:DeleteSlackWorkspaceConfiguration',
  'supportapp:CreateSlackChannelConfiguration',
  'supportapp:UpdateSlackChannelConfiguration',
  'supportapp:DeleteSlackChannelConfiguration',
  'supportapp:ListSlackChannelConfigurations',
  'iam:PassRole',
  'supportapp:PutAccountAlias',
  'supportapp:GetAccountAlias',
  'supportapp:DeleteAccountAlias',
  'chime:CreateChannel',
  'chime:UpdateChannel',
  'chime:DeleteChannel',
  'chime:ListChannelsModeratedByAppInstanceUser',
  'chime:DescribeChannel',
  'chime:TagResource',
  'chime:UntagResource',
  'chime:ListTagsForResource',
  'chime:BatchCreateChannelMembership',
  'chime:DeleteChannelMembership',
  'chime:ListChannelMemberships',
  'chime:CreateChannelModerator',
  'chime:DeleteChannelModerator',
  'chime:ListChannelModerators',
  'chime:PutChannelExpirationSettings',
  'chime:AssociateChannelFlow',
  'chime:DisassociateChannelFlow',
];

/** Without any of them something goes wrong, and says why. */
export function testLivesWithout(actions: string[]): void {
  test.each(actions)('a life without %s fails', async (action) => {
    const problems = await live(local.newAccount(), action);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).toMatch(new RegExp(`not authorized to perform: ${action}|was not put back`));
  });
}
