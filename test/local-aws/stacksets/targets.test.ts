import { Organization } from '../../../local-aws/stacksets/organization';
import { isAutoDeployed, resolveTargets, type DeploymentTargets } from '../../../local-aws/stacksets/targets';

const MANAGEMENT = '999999999999';
let organization: Organization;

beforeEach(() => {
  organization = new Organization(MANAGEMENT);
  organization.addUnit('ou-prod');
  organization.addUnit('ou-shop', 'ou-prod');
  organization.addUnit('ou-test');
  organization.placeAccount('111111111111', 'ou-prod');
  organization.placeAccount('222222222222', 'ou-shop');
  organization.placeAccount('333333333333', 'ou-test');
});

const resolve = (targets: DeploymentTargets, regions = ['us-east-1']) => resolveTargets(organization, { DeploymentTargets: targets, Regions: regions });
const accounts = (targets: DeploymentTargets) => resolve(targets).map(({ accountId }) => accountId);

test.each<[string, DeploymentTargets, string[]]>([
  ['a unit with the units in it', { OrganizationalUnitIds: ['ou-prod'] }, ['111111111111', '222222222222']],
  ['overlapping units, each account once', { OrganizationalUnitIds: ['ou-prod', 'ou-shop'] }, ['111111111111', '222222222222']],
  ['the root without the management account', { OrganizationalUnitIds: ['r-ab12'] }, ['111111111111', '222222222222', '333333333333']],
  ['INTERSECTION', { OrganizationalUnitIds: ['ou-prod'], Accounts: ['222222222222', '333333333333'], AccountFilterType: 'INTERSECTION' }, ['222222222222']],
  ['DIFFERENCE', { OrganizationalUnitIds: ['ou-prod'], Accounts: ['222222222222'], AccountFilterType: 'DIFFERENCE' }, ['111111111111']],
  ['UNION', { OrganizationalUnitIds: ['ou-shop'], Accounts: ['333333333333'], AccountFilterType: 'UNION' }, ['222222222222', '333333333333']],
])('%s', (_name, targets, expected) => {
  expect(accounts(targets)).toEqual(expected);
});

test('a unit of the management account is taken without it', () => {
  organization.placeAccount(MANAGEMENT, 'ou-test');
  expect(accounts({ OrganizationalUnitIds: ['ou-test'] })).toEqual(['333333333333']);
});

test('each Region has all accounts, each with the unit that it was found through', () => {
  expect(resolve({ OrganizationalUnitIds: ['ou-test'], Accounts: ['222222222222'], AccountFilterType: 'UNION' }, ['us-east-1', 'eu-west-1'])).toEqual([
    { accountId: '333333333333', region: 'us-east-1', organizationalUnitId: 'ou-test' },
    { accountId: '222222222222', region: 'us-east-1', organizationalUnitId: 'ou-shop' },
    { accountId: '333333333333', region: 'eu-west-1', organizationalUnitId: 'ou-test' },
    { accountId: '222222222222', region: 'eu-west-1', organizationalUnitId: 'ou-shop' },
  ]);
});

test.each<[string, DeploymentTargets, string]>([
  ['the management account by its number', { OrganizationalUnitIds: ['ou-test'], Accounts: [MANAGEMENT], AccountFilterType: 'UNION' },
    'The management account 999999999999 cannot be a target of a stack set with service-managed permissions'],
  ['accounts without a unit', { Accounts: ['111111111111'], AccountFilterType: 'INTERSECTION' }, 'OrganizationalUnitIds are required'],
  ['accounts without a filter', { OrganizationalUnitIds: ['ou-test'], Accounts: ['111111111111'] }, 'Accounts cannot be given with the account filter type NONE'],
  ['a filter without accounts', { OrganizationalUnitIds: ['ou-test'], AccountFilterType: 'UNION' }, 'Accounts are required with the account filter type UNION'],
  ['an unknown filter', { OrganizationalUnitIds: ['ou-test'], AccountFilterType: 'SOME' }, 'Member must satisfy enum value set'],
  ['a stranger', { OrganizationalUnitIds: ['ou-test'], Accounts: ['444444444444'], AccountFilterType: 'UNION' }, 'Account(s) [444444444444] are not in the organization'],
  ['an unknown unit', { OrganizationalUnitIds: ['ou-none'] }, 'Organizational unit or root ou-none does not exist'],
])('%s is refused', (_name, targets, message) => {
  expect(() => resolve(targets)).toThrow(message);
});

test('no Region is refused', () => {
  expect(() => resolve({ OrganizationalUnitIds: ['ou-test'] }, [])).toThrow('At least one Region is required');
});

test.each<[DeploymentTargets, boolean]>([
  [{ OrganizationalUnitIds: ['ou-prod'] }, true],
  [{ OrganizationalUnitIds: ['ou-test'] }, false],
  [{ OrganizationalUnitIds: ['ou-prod'], Accounts: ['555555555555'], AccountFilterType: 'DIFFERENCE' }, false],
  [{ OrganizationalUnitIds: ['ou-prod'], Accounts: ['111111111111'], AccountFilterType: 'DIFFERENCE' }, true],
  [{ OrganizationalUnitIds: ['ou-prod'], Accounts: ['111111111111'], AccountFilterType: 'INTERSECTION' }, false],
])('an account that comes into ou-shop, which is in ou-prod: %j', (targets, expected) => {
  expect(isAutoDeployed({ DeploymentTargets: targets, Regions: ['us-east-1'] }, '555555555555', ['ou-shop', 'ou-prod', 'r-ab12'])).toBe(expected);
});
