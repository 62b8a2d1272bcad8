import { aws_iam as iam, Duration } from 'aws-cdk-lib';
import { newStack, onlyResource } from './synthesis';
import { SupportAppAccess, SupportAppRole } from '../src';

function managedPolicy(name: string): object {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${name}`]] };
}

test('a role that the Support App can assume, with full access', () => {
  const stack = newStack();
  new SupportAppRole(stack, 'Role');
  expect(onlyResource(stack, 'AWS::IAM::Role').Properties).toEqual({
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'supportapp.amazonaws.com' } }],
    },
    Description: expect.stringContaining('Everyone in the Slack channels'),
    ManagedPolicyArns: [managedPolicy('AWSSupportAppFullAccess')],
  });
});

test.each([
  [SupportAppAccess.FULL_ACCESS, 'AWSSupportAppFullAccess'],
  [SupportAppAccess.READ_ONLY, 'AWSSupportAppReadOnlyAccess'],
])('access %s', (access, name) => {
  const stack = newStack();
  new SupportAppRole(stack, 'Role', { access });
  expect(onlyResource(stack, 'AWS::IAM::Role').Properties.ManagedPolicyArns).toEqual([managedPolicy(name)]);
});

test('the usual properties of a role', () => {
  const stack = newStack();
  const managedPolicies = [iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess')];
  new SupportAppRole(stack, 'Role', {
    managedPolicies,
    inlinePolicies: { Quotas: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['servicequotas:ListServices'], resources: ['*'] })] }) },
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary'),
    roleName: 'support',
    path: '/slack/',
    description: 'mine',
    maxSessionDuration: Duration.hours(2),
  });
  expect(onlyResource(stack, 'AWS::IAM::Role').Properties).toEqual({
    AssumeRolePolicyDocument: expect.anything(),
    ManagedPolicyArns: [managedPolicy('AWSSupportAppFullAccess'), managedPolicy('ReadOnlyAccess')],
    Policies: [{
      PolicyName: 'Quotas',
      PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'servicequotas:ListServices', Resource: '*' }] },
    }],
    PermissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
    RoleName: 'support',
    Path: '/slack/',
    Description: 'mine',
    MaxSessionDuration: 7200,
  });
  expect(managedPolicies).toHaveLength(1);
});
