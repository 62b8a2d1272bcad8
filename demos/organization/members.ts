import type { RolledOutTemplate } from './synthesis';
import type { OrganizationSettings } from '../../examples/organization/settings';
import type { LocalAws } from '../../local-aws/local-aws';
import type { SupportAppAccount } from '../../local-aws/services/support-app-store';

/** What people have done to accounts before the roll-out: most of them are as AWS makes them. */
export interface SpecialAccounts {
  /** Without a support plan that includes the Support App. */
  readonly withoutPlan: string[];
  /** The workspace was added in the console. */
  readonly withWorkspace: string[];
  /** The very channel that is declared was configured in the console, in another way. */
  readonly withChannel: string[];
  /** The alias that is declared was given in the console. */
  readonly withAlias: string[];
}

export const CONSOLE_ROLE = 'MadeInTheConsole';

/** Chooses accounts all over the organization: of 500 accounts 5 without a plan, 10 with the workspace, 8 with the channel, 4 with the alias. */
export function chooseSpecialAccounts(settings: OrganizationSettings, [first, second]: [RolledOutTemplate, RolledOutTemplate]): SpecialAccounts {
  const accounts = Object.values(settings.organizationalUnits).flat();
  const share = (part: number) => Math.max(1, Math.round(accounts.length * part));
  const counts = { withChannel: share(0.016), withWorkspace: share(0.02), withoutPlan: share(0.01), withAlias: share(0.008) };
  const chosen: { [kind in keyof SpecialAccounts]: string[] } = { withoutPlan: [], withWorkspace: [], withChannel: [], withAlias: [] };
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const kinds = Object.keys(counts) as (keyof SpecialAccounts)[];
  let position = 0;
  for (let index = 0; index < total; index += 1) {
    position = Math.max(position + 1, Math.floor((index + 1) * accounts.length / total) - 1);
    const kind = kinds.filter((each) => chosen[each].length < counts[each]).sort((one, other) => chosen[one].length - chosen[other].length)[0];
    if (kind === 'withChannel') {
      // The channel of such an account is the same in both revisions, so that the second one adopts what the first one reports.
      while (first.channelOf(accounts[position]) !== second.channelOf(accounts[position])) {
        position += 1;
      }
    }
    chosen[kind].push(accounts[position]);
  }
  return chosen;
}

/** Does by hand what people did: in Slack, in the console of the management account and in those of some members. */
export function prepareAccounts(
  aws: LocalAws, settings: OrganizationSettings, special: SpecialAccounts, template: RolledOutTemplate,
): void {
  const { services: { supportApp: { store } }, cloudFormation } = aws;
  const { teamId, managementAccountId } = settings;
  store.createTeam(teamId, 'acme');
  store.authorizeWorkspace(managementAccountId, teamId);
  special.withoutPlan.forEach((accountId) => (store.account(accountId).supportPlan = false));
  [...special.withWorkspace, ...special.withChannel].forEach((accountId) => store.authorizeWorkspace(accountId, teamId));
  special.withAlias.forEach((accountId) => (store.account(accountId).accountAlias = template.aliasOf(accountId)));
  for (const accountId of special.withChannel) {
    const channelRoleArn = `arn:aws:iam::${accountId}:role/${CONSOLE_ROLE}`;
    cloudFormation.roles.create(channelRoleArn, {
      roleName: CONSOLE_ROLE,
      createdAt: new Date(),
      assumeRolePolicyDocument: { Statement: { Effect: 'Allow', Principal: { Service: 'supportapp.amazonaws.com' }, Action: 'sts:AssumeRole' } },
      managedPolicyArns: [],
      inlinePolicies: [],
      attached: new Map(),
    });
    store.putChannel(accountId, {
      teamId,
      channelId: template.channelOf(accountId),
      channelRoleArn,
      notifyOnCaseSeverity: 'high',
      notifyOnAddCorrespondenceToCase: false,
      notifyOnCreateOrReopenCase: false,
      notifyOnResolveCase: true,
    });
  }
}

/** What the Support App has for accounts, in a form that can be compared. */
export function stateOf({ services: { supportApp: { store } } }: LocalAws, accountIds: readonly string[]): Record<string, object> {
  const describe = ({ accountId, accountAlias, workspaces }: SupportAppAccount) => ({
    accountAlias, workspaces: [...workspaces.keys()].sort(), channels: store.channels(accountId).map((channel) => ({ ...channel })),
  });
  return Object.fromEntries(accountIds.map((accountId) => [accountId, describe(store.account(accountId))]));
}
