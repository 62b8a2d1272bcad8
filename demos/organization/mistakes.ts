import type { RolledOutTemplate } from './synthesis';
import type { OrganizationSettings } from '../../examples/organization/settings';
import type { LocalAws } from '../../local-aws/local-aws';
import type { StackSetDefinition } from '../../local-aws/stacksets/stack-sets';
import type { DeploymentTargets } from '../../local-aws/stacksets/targets';

export interface Refusal {
  readonly mistake: string;
  /** What the local StackSets say; absent when they take it. */
  readonly refusal?: string;
}

/** Makes stack sets that cannot be. */
export async function refusals(
  { cloudFormation: { stackSets } }: LocalAws, settings: OrganizationSettings, { memberBody, member }: RolledOutTemplate,
): Promise<Refusal[]> {
  const { managementAccountId, region } = settings;
  const [unit] = Object.keys(settings.organizationalUnits);
  const definition: StackSetDefinition = { templateBody: memberBody, templateSource: 'S3', capabilities: ['CAPABILITY_IAM'] };
  const withResource = (resource: object) => JSON.stringify({ ...member, Resources: { ...member.Resources, Added: resource } });
  const mistakes: [string, Partial<StackSetDefinition>, Partial<DeploymentTargets>?, string?][] = [
    ['the management account as a target', {}, { Accounts: [managementAccountId], AccountFilterType: 'UNION' }],
    ['a nested stack', { templateBody: withResource({ Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://s3.amazonaws.com/bucket/key' } }) }],
    ['a transform', { templateBody: JSON.stringify({ ...member, Transform: 'AWS::LanguageExtensions' }) }],
    ['a template of more than 51,200 bytes in the request', { templateBody: memberBody.padEnd(51_201), templateSource: 'BODY' }],
    ['no acknowledgement of IAM resources', { capabilities: [] }],
    ['a member account as the administrator', {}, undefined, settings.organizationalUnits[unit][0]],
  ];
  const results: Refusal[] = [];
  for (const [index, [mistake, wrong, targets, accountId = managementAccountId]] of mistakes.entries()) {
    try {
      const made = stackSets.create(`mistake-${index}`, { ...definition, ...wrong }, { accountId });
      await stackSets.createInstances(made, { Regions: [region], DeploymentTargets: { OrganizationalUnitIds: [unit], ...targets } });
      results.push({ mistake });
    } catch (error) {
      results.push({ mistake, refusal: (error as Error).message });
    }
  }
  return results;
}
