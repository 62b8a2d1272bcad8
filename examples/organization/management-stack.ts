import { Stack } from 'aws-cdk-lib';
import { Capability, DeploymentType, StackSet, StackSetTarget, StackSetTemplate } from 'cdk-stacksets';
import { Construct } from 'constructs';
import { MemberStack } from './member-stack';
import { OrganizationSettings } from './settings';
import { SlackWorkspace } from '../../src';

/** The workspace of the organization, and the stack set that configures the member accounts. */
export class ManagementStack extends Stack {
  constructor(scope: Construct, id: string, settings: OrganizationSettings) {
    super(scope, id, { env: { account: settings.managementAccountId, region: settings.region } });
    const accounts = Object.values(settings.organizationalUnits).flat().length;

    const workspace = new SlackWorkspace(this, 'Workspace', { teamId: settings.teamId });

    const stackSet = new StackSet(this, 'Members', {
      stackSetName: 'support-channels',
      template: StackSetTemplate.fromStackSetStack(new MemberStack(this, 'MemberStack', settings)),
      target: StackSetTarget.fromOrganizationalUnits({
        regions: [settings.region],
        organizationalUnits: Object.keys(settings.organizationalUnits),
      }),
      deploymentType: DeploymentType.serviceManaged({ delegatedAdmin: false, autoDeployEnabled: true, autoDeployRetainStacks: false }),
      capabilities: [Capability.IAM],
      operationPreferences: {
        // One account without a support plan must not take back what works in the others.
        failureToleranceCount: settings.failureTolerance ?? accounts - 1,
        maxConcurrentCount: 20,
      },
    });
    // A member can register the workspace only when the management account has.
    stackSet.node.addDependency(workspace);
  }
}
