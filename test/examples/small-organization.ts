import { ORGANIZATION, type OrganizationSettings } from '../../examples/organization/settings';

/** The example's organization with the first three accounts of each organizational unit. */
export const SMALL_ORGANIZATION: OrganizationSettings = {
  ...ORGANIZATION,
  organizationalUnits: Object.fromEntries(Object.entries(ORGANIZATION.organizationalUnits).map(([unit, accounts]) => [unit, accounts.slice(0, 3)])),
};
