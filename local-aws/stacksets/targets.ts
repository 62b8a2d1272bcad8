import type { Target } from './operation';
import type { Organization } from './organization';
import { ValidationError } from '../cloudformation/validation-error';

/** As `DeploymentTargets` of the API. */
export interface DeploymentTargets {
  readonly OrganizationalUnitIds?: string[];
  readonly Accounts?: string[];
  readonly AccountFilterType?: string;
}

/** One group of stack instances, as `StackInstancesGroup` of a template lists them. */
export interface StackInstancesGroup {
  readonly DeploymentTargets: DeploymentTargets;
  readonly Regions: string[];
  readonly ParameterOverrides?: { readonly ParameterKey: string; readonly ParameterValue: string }[];
}

const FILTERS = ['NONE', 'INTERSECTION', 'DIFFERENCE', 'UNION'];

/**
 * The accounts that deployment targets stand for, each with the unit that it was found through.
 *
 * StackSets with service-managed permissions leave the management account out of each unit
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-associate-stackset-with-org.html); named as an account it is refused.
 */
export function resolveTargets(organization: Organization, { DeploymentTargets: targets, Regions: regions }: StackInstancesGroup): Target[] {
  const { OrganizationalUnitIds: units = [], Accounts: named = [], AccountFilterType: filter = 'NONE' } = targets;
  if (units.length === 0) {
    throw new ValidationError('OrganizationalUnitIds are required for stack sets with service-managed permissions');
  }
  if (!FILTERS.includes(filter)) {
    throw new ValidationError(`Value '${filter}' at 'accountFilterType' failed to satisfy constraint: Member must satisfy enum value set: [${FILTERS.join(', ')}]`);
  }
  if ((filter === 'NONE') !== (named.length === 0)) {
    throw new ValidationError(`Accounts ${filter === 'NONE' ? 'cannot be given with' : 'are required with'} the account filter type ${filter}`);
  }
  if (filter !== 'DIFFERENCE') {
    checkNamedAccounts(organization, named);
  }
  if ((regions ?? []).length === 0) {
    throw new ValidationError('At least one Region is required');
  }
  const found = new Map<string, string>();
  for (const unit of units) {
    organization.accountsIn(unit).forEach((accountId) => found.set(accountId, found.get(accountId) ?? unit));
  }
  found.delete(organization.managementAccountId);
  if (filter === 'INTERSECTION') {
    [...found.keys()].filter((accountId) => !named.includes(accountId)).forEach((accountId) => found.delete(accountId));
  } else if (filter === 'DIFFERENCE') {
    named.forEach((accountId) => found.delete(accountId));
  } else {
    named.filter((accountId) => !found.has(accountId)).forEach((accountId) => found.set(accountId, organization.unitsOf(accountId)[0]));
  }
  return regions.flatMap((region) => [...found].map(([accountId, organizationalUnitId]) => ({ accountId, region, organizationalUnitId })));
}

/** Whether a unit that the targets name takes in an account that comes into some units. */
export function isAutoDeployed({ DeploymentTargets: targets }: StackInstancesGroup, accountId: string, units: readonly string[]): boolean {
  const { OrganizationalUnitIds: targeted = [], Accounts: named = [], AccountFilterType: filter } = targets;
  const isFilteredOut = filter === 'DIFFERENCE' ? named.includes(accountId) : filter === 'INTERSECTION' && !named.includes(accountId);
  return !isFilteredOut && targeted.some((unit) => units.includes(unit));
}

function checkNamedAccounts(organization: Organization, accounts: string[]): void {
  if (accounts.includes(organization.managementAccountId)) {
    throw new ValidationError(`The management account ${organization.managementAccountId} cannot be a target of a stack set with service-managed permissions`);
  }
  const strangers = accounts.filter((accountId) => !organization.isMember(accountId));
  if (strangers.length > 0) {
    throw new ValidationError(`Account(s) [${strangers.join(', ')}] are not in the organization`);
  }
}
