import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, aws_iam as iam, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { newStack, onlyLogicalId, onlyResource, policyNameOf, type Resource, resourcesOf, resourcesOfType } from './synthesis';
import { AccountAlias, ChannelsProvider, ChimeChannel, ExpirationCriterion, NotificationSeverity, SlackWorkspace } from '../src';

const FUNCTION = 'AWS::Lambda::Function';
const HANDLER_ROLE_ARN = 'arn:aws:iam::111122223333:role/support-channels';

function handlerRole(stack: Stack): iam.Role {
  return new iam.Role(stack, 'HandlerRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
}

function policies(stack: Stack): Resource[] {
  return Object.values(resourcesOf(stack)).filter(({ Type }) => /^AWS::IAM::(Managed)?Policy$/.test(Type));
}

describe('an app whose roles are made elsewhere', () => {
  test('gives the handler the one that is named for it', () => {
    const app = new App({ analyticsReporting: false });
    iam.Role.customizeRoles(app, { usePrecreatedRoles: { 'Stack/CdkSupportChannels/Role': 'support-channels' } });
    const stack = new Stack(app, 'Stack');
    new AccountAlias(stack, 'Alias', { accountAlias: 'a' });
    expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type).filter((type) => type.startsWith('AWS::IAM'))).toEqual([]);
    expect(JSON.stringify(onlyResource(stack, FUNCTION).Properties.Role)).toMatch(/:role\/support-channels/);
  });

  test('has no role of the handler, and a report of what it needs', () => {
    const app = new App({ analyticsReporting: false });
    iam.Role.customizeRoles(app);
    const stack = new Stack(app, 'Stack');
    new AccountAlias(stack, 'Alias', { accountAlias: 'a' });
    const { directory } = app.synth({ skipValidation: true });
    expect(resourcesOfType(stack, 'AWS::IAM::Role')).toEqual([]);
    const report = fs.readFileSync(path.join(directory, 'iam-policy-report.txt'), 'utf8');
    expect(report).toContain('Stack/CdkSupportChannels/Role');
    expect(report).toContain('supportapp:PutAccountAlias');
    expect(report).toContain('logs:PutLogEvents');
  });
});

describe('a role that is given', () => {
  test('to two stacks gets no policy of one name from both', () => {
    const app = new App({ analyticsReporting: false });
    const stacks = ['One', 'Two'].map((id) => new Stack(app, id));
    stacks.forEach((stack) => {
      new ChannelsProvider(stack, 'CdkSupportChannels', { role: iam.Role.fromRoleArn(stack, 'HandlerRole', HANDLER_ROLE_ARN) });
      new AccountAlias(stack, 'Alias', { accountAlias: 'a' });
    });
    const names = stacks.map((stack) => policies(stack).map(({ Properties }) => policyNameOf(Properties as { PolicyName: string })));
    expect(names.map((each) => each.length)).toEqual([2, 2]);
    expect(new Set(names.flat()).size).toBe(4);
  });

  test('gets policies whose names CloudFormation makes differ between Regions and apps', () => {
    const stack = newStack();
    new AccountAlias(stack, 'Alias', {
      accountAlias: 'a', provider: new ChannelsProvider(stack, 'Provider', { role: iam.Role.fromRoleArn(stack, 'Role', HANDLER_ROLE_ARN) }),
    });
    policies(stack).forEach(({ Properties }) => expect(Properties.PolicyName['Fn::Join'][1]).toContainEqual(
      { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] },
    ));
  });

  test('by another stack of the app closes no circle', () => {
    const app = new App({ analyticsReporting: false });
    const [roles, stack] = [new Stack(app, 'Roles'), new Stack(app, 'Stack')];
    new AccountAlias(stack, 'Alias', { accountAlias: 'a', provider: new ChannelsProvider(stack, 'Provider', { role: handlerRole(roles) }) });
    app.synth();
    expect(stack.dependencies).toEqual([roles]);
    expect(roles.dependencies).toEqual([]);
  });

  test('may read what its handler makes', () => {
    const stack = newStack();
    const role = handlerRole(stack);
    const appInstanceArn = 'arn:aws:chime:us-east-1:111122223333:app-instance/i';
    new ChimeChannel(stack, 'Chime', {
      appInstanceArn, chimeBearer: `${appInstanceArn}/user/u`, channelName: 'n', provider: new ChannelsProvider(stack, 'Provider', { role }),
    }).grant(role, 'chime:SendChannelMessage');
    // A circle is an error here.
    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(JSON.stringify(onlyResource(stack, FUNCTION).DependsOn)).not.toContain('DefaultPolicy');
  });

  test('with permissions of a managed policy of the stack is there with them when the provider waits for that policy', () => {
    const stack = newStack();
    const role = handlerRole(stack);
    const managedPolicy = new iam.ManagedPolicy(stack, 'Permissions', {
      roles: [role], statements: [new iam.PolicyStatement({ actions: ['supportapp:*'], resources: ['*'] })],
    });
    const provider = new ChannelsProvider(stack, 'Provider', { role: role.withoutPolicyUpdates() });
    provider.node.addDependency(managedPolicy);
    new AccountAlias(stack, 'Alias', { accountAlias: 'a', provider });
    expect(onlyResource(stack, FUNCTION).DependsOn).toEqual([onlyLogicalId(stack, 'AWS::IAM::ManagedPolicy')]);
  });
});

describe('more permissions than fit into inline policies', () => {
  const appInstanceArn = (index: number) => `arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-${String(index).padStart(12, '0')}`;

  function define(stack: Stack, count: number, provider?: ChannelsProvider): void {
    for (let index = 0; index < count; index++) {
      const arn = appInstanceArn(index % 100);
      new ChimeChannel(stack, `Chime${index}`, {
        appInstanceArn: arn,
        chimeBearer: `${arn}/user/deployer-${index}`,
        channelName: 'n',
        memberArns: [`${arn}/user/member`],
        expirationSettings: { expiration: Duration.days(90), expirationCriterion: ExpirationCriterion.CREATED_TIMESTAMP },
        channelFlowArn: `${arn}/channel-flow/f`,
        removalPolicy: RemovalPolicy.DESTROY,
        provider,
      });
    }
    for (let index = 0; index < 20; index++) {
      SlackWorkspace.fromTeamId(stack, `Workspace${index}`, 'T1').addChannel('Channel', {
        channelId: `C${index}`,
        notifyOnCaseSeverity: NotificationSeverity.NONE,
        channelRole: iam.Role.fromRoleArn(stack, `ChannelRole${index}`, `arn:aws:iam::111122223333:role/${'path'.repeat(12)}/channel-${index}`),
        provider,
      });
    }
  }

  /** What IAM counts: characters without white space. */
  const lengthOf = (document: object) => JSON.stringify(document).length;
  const statementsOf = ({ Properties }: Resource): { Action: string | string[]; Resource: string | string[] }[] => (
    Properties.PolicyDocument.Statement
  );

  const GIVEN: [string, (stack: Stack) => iam.IRole | undefined][] = [
    ['the provider\'s own role', () => undefined],
    ['a role of the stack', handlerRole],
    ['an imported role', (stack) => iam.Role.fromRoleArn(stack, 'Imported', HANDLER_ROLE_ARN)],
  ];

  test.each(GIVEN.flatMap(([name, role]) => [5, 15, 450].map((count) => [name, count, role] as const)))(
    'with %s and %d Chime channels stay within the sizes of IAM, also while an update holds the old and the new ones', (_, count, giveRole) => {
      const stack = newStack();
      define(stack, count, new ChannelsProvider(stack, 'Provider', { role: giveRole(stack) }));
      const resources = Object.values(resourcesOf(stack));
      const [inline, managed, roles] = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role']
        .map((type) => resources.filter(({ Type }) => Type === type));
      const always = [
        ...roles.flatMap(({ Properties }) => Properties.Policies ?? [])
          .map(({ PolicyDocument }) => PolicyDocument as object),
        ...inline.filter(({ Properties }) => /Handler$/.test(policyNameOf(Properties as { PolicyName: string }))).map(({ Properties }) => Properties.PolicyDocument),
      ].map(lengthOf).reduce((total, length) => total + length, 0);
      const ofResources = inline.filter(({ Properties }) => /Resources[0-9A-F]{4}$/.test(policyNameOf(Properties as { PolicyName: string })));
      expect(ofResources).toHaveLength(1);
      expect(always).toBeGreaterThan(0);
      // What the user grants has some room, too.
      expect(always + 2 * lengthOf(ofResources[0].Properties.PolicyDocument)).toBeLessThan(10_240 - 1000);
      expect(managed.length).toBeGreaterThan(0);
      expect(2 * managed.length).toBeLessThanOrEqual(10);
      managed.forEach(({ Properties }) => {
        expect(lengthOf(Properties.PolicyDocument)).toBeLessThanOrEqual(6144);
        expect(Properties.PolicyDocument.Statement).not.toEqual([]);
        expect(Properties.Roles).toEqual(ofResources[0].Properties.Roles);
      });
    });

  test('allow each resource what it needs, in whatever policy', () => {
    const stack = newStack();
    define(stack, 15);
    const allowed = policies(stack).flatMap(statementsOf).flatMap(({ Action, Resource }) => (
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`))));
    expect(new Set(allowed).size).toBe(allowed.length);
    for (let index = 0; index < 15; index++) {
      for (const resource of [`${appInstanceArn(index)}/channel/*`, `${appInstanceArn(index)}/user/deployer-${index}`]) {
        expect(allowed).toEqual(expect.arrayContaining(['CreateChannel', 'DeleteChannel', 'BatchCreateChannelMembership', 'PutChannelExpirationSettings']
          .map((action) => `chime:${action} ${resource}`)));
      }
    }
    expect(allowed.filter((each) => each.startsWith('iam:PassRole'))).toHaveLength(20);
    expect(allowed.filter((each) => each.endsWith('app-instance/*') || /app-instance\/[\w-]+\/\*$/.test(each))).toEqual([]);
  });

  test('are for all of an AppInstance where there are too many to be listed', () => {
    const stack = newStack();
    define(stack, 450);
    const resources = new Set(policies(stack).flatMap(statementsOf).filter(({ Action }) => [Action].flat()[0].startsWith('chime:')).flatMap(({ Resource }) => Resource));
    expect([...resources].sort()).toEqual(Array.from({ length: 100 }, (_, index) => `${appInstanceArn(index)}/*`).sort());
  });

  test('outlive each custom resource', () => {
    const stack = newStack();
    define(stack, 30);
    const ids = Object.entries(resourcesOf(stack)).filter(([, { Type }]) => /^AWS::IAM::(Managed)?Policy$/.test(Type)).map(([id]) => id);
    expect(ids.length).toBeGreaterThan(1);
    Object.values(resourcesOf(stack)).filter(({ Type }) => Type.startsWith('Custom::'))
      .forEach(({ DependsOn }) => expect(DependsOn).toEqual(expect.arrayContaining(ids)));
  });

  test('are the same in whatever order the resources are defined, and others for others', () => {
    const rendered = (...counts: number[]) => {
      const stack = newStack();
      counts.forEach((count) => {
        const arn = appInstanceArn(count);
        new ChimeChannel(stack, `Chime${count}`, { appInstanceArn: arn, chimeBearer: `${arn}/user/${'u'.repeat(60)}`, channelName: 'n' });
      });
      return Object.fromEntries(Object.entries(resourcesOf(stack)).filter(([, { Type }]) => /Policy$/.test(Type)));
    };
    const counts = Array.from({ length: 40 }, (_, index) => index);
    expect(Object.keys(rendered(...counts)).length).toBeGreaterThan(1);
    expect(rendered(...counts)).toEqual(rendered(...[...counts].reverse()));
    expect(Object.keys(rendered(...counts)).filter((id) => id in rendered(...counts, 40))).toEqual([]);
  });

  test('that exceed all that a role takes are an error that says what to do', () => {
    const stack = newStack();
    for (let index = 0; index < 400; index++) {
      new ChimeChannel(stack, `Chime${index}`, { appInstanceArn: appInstanceArn(index), chimeBearer: `${appInstanceArn(index)}/user/u`, channelName: 'n' });
    }
    expect(() => Template.fromStack(stack)).toThrow(
      /ChannelsProvider at "Stack\/CdkSupportChannels": its resources need 3\d{4} characters of policies, and a role takes 27000 of them\. Give some of them another ChannelsProvider/,
    );
  });

  test('add nothing to a role that cannot be changed', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Imported', HANDLER_ROLE_ARN, { mutable: false });
    define(stack, 30, new ChannelsProvider(stack, 'Provider', { role }));
    expect(policies(stack)).toEqual([]);
  });
});
