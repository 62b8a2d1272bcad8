import accounts from './accounts.json';
import { ExistingConfiguration } from '../../src';

/** What one edits to change the roll-out. */
export interface OrganizationSettings {
  readonly managementAccountId: string;
  /** The Support App has one configuration per account, whatever the Region: deploy to one only. */
  readonly region: string;
  readonly teamId: string;
  /** The accounts of each organizational unit, as `aws organizations list-accounts-for-parent` lists them. */
  readonly organizationalUnits: Record<string, string[]>;
  /** The Slack channels that the accounts are spread over: one serves at most 100 accounts. */
  readonly channelIds: string[];
  /** The Slack channel of accounts which are not listed, such as those that join later. */
  readonly channelIdOfNewAccounts: string;
  /** The names of accounts in Slack. */
  readonly accountAliases: Record<string, string>;
  readonly aliasOfOtherAccounts: string;
  /** What becomes of a channel or an alias that somebody has configured by hand. */
  readonly existing: ExistingConfiguration;
  /** The name of the role that channels have which somebody has configured by hand: a rollback gives it back. */
  readonly formerRoleName?: string;
  /** How many accounts may fail before the whole roll-out is taken back. @default - all but one */
  readonly failureTolerance?: number;
}

const [firstAccount, secondAccount] = accounts['ou-ab12-prod0001'];

export const ORGANIZATION: OrganizationSettings = {
  managementAccountId: '999999999999',
  region: 'us-east-1',
  teamId: 'T012ABCDEFG',
  organizationalUnits: accounts,
  channelIds: ['C012CASES01', 'C012CASES02', 'C012CASES03', 'C012CASES04', 'C012CASES05', 'C012CASES06'],
  channelIdOfNewAccounts: 'C012NEWACCT',
  accountAliases: { [firstAccount]: 'acme shop', [secondAccount]: 'acme payments' },
  aliasOfOtherAccounts: 'acme',
  existing: ExistingConfiguration.FAIL,
};
