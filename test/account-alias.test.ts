import { CfnParameter, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { messageOf, newStack, onlyLogicalId, onlyResource, problemsOf, resourcePolicyId } from './synthesis';
import { AccountAlias, ChannelsProvider, ExistingConfiguration } from '../src';

const TYPE = 'Custom::SupportAppAccountAlias';

test('an alias is a custom resource', () => {
  const stack = newStack();
  const alias = new AccountAlias(stack, 'Alias', { accountAlias: 'My production' });
  expect(alias.accountAlias).toBe('My production');
  expect(onlyResource(stack, TYPE)).toEqual({
    Type: TYPE,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': [onlyLogicalId(stack, 'AWS::Lambda::Function'), 'Arn'] },
      ServiceTimeout: 540,
      AccountAlias: 'My production',
    },
    DependsOn: [resourcePolicyId(stack)],
  });
});

test.each([
  [ExistingConfiguration.FAIL, 'FAIL'],
  [ExistingConfiguration.ADOPT, 'ADOPT'],
])('existing %s', (existing, expected) => {
  const stack = newStack();
  new AccountAlias(stack, 'Alias', { accountAlias: 'a', existing });
  expect(onlyResource(stack, TYPE).Properties.Existing).toBe(expected);
});

test('removal policy', () => {
  const stack = newStack();
  new AccountAlias(stack, 'Alias', { accountAlias: 'a', removalPolicy: RemovalPolicy.RETAIN });
  expect(onlyResource(stack, TYPE)).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

test('the alias may be known only at deployment', () => {
  const stack = newStack();
  new AccountAlias(stack, 'Alias', { accountAlias: `team ${new CfnParameter(stack, 'Name').valueAsString}` });
  expect(onlyResource(stack, TYPE).Properties.AccountAlias).toEqual({ 'Fn::Join': ['', ['team ', { Ref: 'Name' }]] });
});

test('a given provider is used', () => {
  const stack = newStack();
  new AccountAlias(stack, 'Alias', { accountAlias: 'a', provider: new ChannelsProvider(stack, 'Mine') });
  expect(onlyResource(stack, TYPE).Properties.ServiceToken['Fn::GetAtt'][0]).toMatch(/^Mine/);
});

test('import', () => {
  const stack = newStack();
  expect(AccountAlias.fromAccountAlias(stack, 'Alias', 'a').accountAlias).toBe('a');
  expect(stack.resolve(AccountAlias.fromAccountAlias(stack, 'Token', new CfnParameter(stack, 'Name').valueAsString).accountAlias)).toEqual({ Ref: 'Name' });
  expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
});

test('fails to import an impossible alias', () => {
  expect(messageOf(() => AccountAlias.fromAccountAlias(newStack(), 'Alias', 'a!'))).toMatch(
    /^AccountAlias at "Stack\/Alias" has 1 problem:\n {2}- accountAlias: must be 1 to 30 characters .*, got "a!"\. /,
  );
});

test('fails with all problems before anything is defined', () => {
  const stack = newStack();
  const message = messageOf(() => new AccountAlias(stack, 'Alias', {
    accountAlias: 'x'.repeat(31),
    existing: 'REPLACE' as ExistingConfiguration,
  }));
  expect(problemsOf(message)).toEqual({
    subject: 'AccountAlias at "Stack/Alias" has 2 problems:',
    problems: {
      accountAlias: expect.stringMatching(/^must be 1 to 30 characters .*, got "x{31}"\. [A-Z].*[^.]\.$/),
      existing: expect.stringMatching(/^must be .*FAIL.*ADOPT.*, got "REPLACE"\. [A-Z].*[^.]\.$/),
    },
  });
  expect(stack.node.findAll().map(({ node }) => node.path)).toEqual(['Stack', 'Stack/Alias']);
});
