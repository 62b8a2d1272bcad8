import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aspects, aws_iam as iam, aws_supportapp as supportapp, CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Account, type AppInstance, type Definition, failuresOf, REGION, TEAM, useLocalAws } from './harness';
import type { Properties } from '../../local-aws/cloudformation/template-model';
import {
  AccountAlias, ChimeChannel, type ChimeChannelProps, ExistingConfiguration, NativeProvider, NotificationSeverity, SlackWorkspace, SupportAppRole,
} from '../../src';

const local = useLocalAws();

let account: Account;
let appInstance: AppInstance;

beforeEach(() => {
  account = local.newAccount();
  appInstance = account.newAppInstance();
});

const CHANNEL = 'C012ABCDEFG';
const ROOM = 'on-call';

/** What all of an account is, with either kind of provider. */
interface Options {
  readonly removalPolicy?: RemovalPolicy;
  readonly existing?: ExistingConfiguration;
  readonly chime?: Partial<ChimeChannelProps>;
}

function defineAll(stack: Stack, { removalPolicy, existing, chime }: Options = {}): void {
  const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM, removalPolicy });
  workspace.addChannel('Operations', {
    channelId: CHANNEL, channelName: 'operations', notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnResolveCase: true, existing, removalPolicy,
  });
  new AccountAlias(stack, 'Alias', { accountAlias: 'acme', existing, removalPolicy });
  new ChimeChannel(stack, 'OnCall', { ...appInstance, channelName: 'On call', channelId: ROOM, existing, removalPolicy, ...chime });
}

const handler = (options?: Options): Definition => (stack) => defineAll(stack, options);

const native = (options?: Options): Definition => (stack) => {
  new NativeProvider(stack, 'Native');
  defineAll(stack, options);
};

/** The stack while it holds neither: what stays is the role of the channels, under the id that it has. */
const roleAlone: Definition = (stack) => {
  new SupportAppRole(stack, 'CdkSupportAppRole');
};

const RETAIN = { removalPolicy: RemovalPolicy.RETAIN };

function importInto(definition: Definition, identifiers: Record<string, Properties>) {
  const resources = Object.entries(identifiers).map(([logicalId, identifier]) => ({ logicalId, identifier }));
  return local.aws.cloudFormation.importResources({
    stackName: 'Stack', accountId: account.id, region: REGION, template: local.synthesize(definition), templateSource: 'S3', resources,
  });
}

/** The identifiers of what is defined, by logical id: those of the guide, with the values of the test. */
function identifiersOfGuide(): Record<string, Properties> {
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'engines.md'), 'utf8');
  const mapping = /<!-- mapping\.json -->\n```json\n([^]*?)```/.exec(guide)![1];
  return JSON.parse(mapping
    .replaceAll('arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90/user/deployer', appInstance.chimeBearer)
    .replaceAll('arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90', appInstance.appInstanceArn)
    .replaceAll('111122223333', account.id)
    .replaceAll('C012OPERATE', CHANNEL)) as Record<string, Properties>;
}

/** What people would lose, and where it was made. */
function stateWithMessages() {
  account.sendMessages();
  return account.state();
}

describe('one engine after the other, without a change of anything that is there', () => {
  test('from the handler to the types of CloudFormation, by an import', async () => {
    await account.succeed(handler());
    const before = stateWithMessages();
    await account.succeed(handler(RETAIN));
    account.forgetRequests();

    await account.succeed(roleAlone);
    expect(account.changes()).toEqual([]);
    expect(account.state()).toEqual(before);

    const imported = await importInto(native(RETAIN), identifiersOfGuide());
    expect([imported.status, imported.events.filter(({ status }) => status.endsWith('_FAILED'))]).toEqual(['IMPORT_COMPLETE', []]);
    expect(account.state()).toEqual(before);

    // From now on the stack changes them and, without the policy, deletes them.
    await account.succeed(native({ chime: { channelName: 'Night' } }));
    expect(account.state().chimeChannels).toEqual([{ ...before.chimeChannels[0], name: 'Night' }]);
    await account.delete();
    expect(account.state()).toMatchObject({ accountAlias: undefined, workspaces: [], channels: [], chimeChannels: [{ channelId: ROOM, messages: ['hello'] }] });
  });

  test('from the types of CloudFormation to the handler, which adopts', async () => {
    await account.succeed(native());
    const before = stateWithMessages();
    await account.succeed(native(RETAIN));
    await account.succeed(roleAlone);
    expect(account.state()).toEqual(before);
    await account.succeed(handler({ existing: ExistingConfiguration.ADOPT }));
    expect(account.state()).toEqual(before);
    await account.succeed(handler({ existing: ExistingConfiguration.ADOPT, chime: { channelName: 'Night' } }));
    expect(account.state().chimeChannels).toEqual([{ ...before.chimeChannels[0], name: 'Night' }]);
  });

  test('not at once: CloudFormation makes the new before it lets go of the old, which is there', async () => {
    await account.succeed(handler(RETAIN));
    const before = stateWithMessages();
    const result = await account.deploy(native(RETAIN));
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(result.events.some(({ reason }) => reason?.includes('already exists'))).toBe(true);
    expect(account.state()).toEqual(before);
  });

  test('what was retained before is there after any attempt', async () => {
    await account.succeed(native(RETAIN));
    const before = stateWithMessages();
    await account.deploy(handler({ existing: ExistingConfiguration.ADOPT }));
    expect(account.state()).toEqual(before);
  });

  test('the role that channels share is the same before, after and in between', async () => {
    await account.succeed(handler(RETAIN));
    const [{ channelRoleArn }] = account.channels();
    await account.succeed(roleAlone);
    expect(local.aws.cloudFormation.roles.state(channelRoleArn)).toBeDefined();
    expect((await importInto(native(RETAIN), identifiersOfGuide())).status).toBe('IMPORT_COMPLETE');
    expect(account.stack.getAtt('CdkSupportAppRole647AAAA1', 'Arn')).toBe(channelRoleArn);
  });
});

describe('from the generated classes', () => {
  const properties = { teamId: TEAM, channelId: CHANNEL, channelName: 'operations', notifyOnCaseSeverity: 'high', notifyOnResolveCase: true };

  function defineGenerated(stack: Stack, flags: object): void {
    const role = iam.Role.fromRoleArn(stack, 'Role', account.roleArn('Support'), { mutable: false });
    const workspace = new supportapp.CfnSlackWorkspaceConfiguration(stack, 'Workspace', { teamId: TEAM });
    const channel = new supportapp.CfnSlackChannelConfiguration(stack, 'Operations', { ...properties, channelRoleArn: role.roleArn, ...flags });
    channel.node.addDependency(workspace);
    new supportapp.CfnAccountAlias(stack, 'Name', { accountAlias: 'acme' });
  }

  function defineConstructs(stack: Stack): void {
    new NativeProvider(stack, 'Native');
    const channelRole = iam.Role.fromRoleArn(stack, 'Role', account.roleArn('Support'), { mutable: false });
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM });
    const channel = workspace.addChannel('Operations', {
      channelId: CHANNEL, channelName: 'operations', notifyOnCaseSeverity: NotificationSeverity.HIGH, notifyOnResolveCase: true, channelRole,
    });
    const alias = new AccountAlias(stack, 'Alias', { accountAlias: 'acme' });
    // Where the place in the tree is another one, so is the logical id.
    (channel.node.defaultChild as CfnResource).overrideLogicalId('Operations');
    (alias.node.defaultChild as CfnResource).overrideLogicalId('Name');
  }

  test('the template is the same, so that there is nothing to deploy', async () => {
    const flags = { notifyOnAddCorrespondenceToCase: false, notifyOnCreateOrReopenCase: false };
    await account.succeed((stack) => defineGenerated(stack, flags));
    account.forgetRequests();
    const template = (definition: Definition) => JSON.parse(local.synthesize(definition)) as object;
    expect(template(defineConstructs)).toEqual(template((stack) => defineGenerated(stack, flags)));
    expect((await account.deploy(defineConstructs)).events).toEqual([]);
    expect(account.requests()).toEqual([]);
  });

  test('flags that were left out are written as false, which changes nothing but the template', async () => {
    await account.succeed((stack) => defineGenerated(stack, {}));
    const before = account.state();
    await account.succeed(defineConstructs);
    expect(account.state()).toEqual(before);
  });

  test('without overrideLogicalId the stack would make anew what is there, and fails', async () => {
    await account.succeed((stack) => defineGenerated(stack, {}));
    const before = account.state();
    const result = await account.deploy((stack) => {
      defineConstructs(stack);
      (stack.node.findChild('Alias').node.defaultChild as CfnResource).overrideLogicalId('Other');
    });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.state()).toEqual(before);
  });

  test('a Chime channel keeps its messages, if what it left out is left out', async () => {
    const { appInstanceArn, chimeBearer } = appInstance;
    await account.succeed((stack) => new CfnResource(stack, 'OnCall', {
      type: 'AWS::Chime::Channel', properties: { AppInstanceArn: appInstanceArn, ChimeBearer: chimeBearer, Name: 'On call', Mode: 'RESTRICTED' },
    }));
    const before = stateWithMessages();
    const define = (privacy: boolean): Definition => (stack) => {
      new NativeProvider(stack, 'Native');
      const channel = new ChimeChannel(stack, 'OnCall', { ...appInstance, channelName: 'On call' });
      if (!privacy) {
        (channel.node.defaultChild as CfnResource).addPropertyDeletionOverride('Privacy');
      }
    };
    await account.succeed(define(false));
    expect(account.state()).toEqual(before);
    // With it, CloudFormation makes another channel. The old one stays, as the construct retains what it replaces.
    await account.succeed(define(true));
    expect(account.state().chimeChannels.map(({ messages }) => messages)).toEqual([['hello'], []]);
  });
});

describe('what a type of CloudFormation has', () => {
  const holding = { Holder: { Type: 'AWS::SupportApp::AccountAlias', Properties: { AccountAlias: 'acme' } } };

  test.each(['OWN', 'FAIL'])('in the own stack is refused with %s, before anything is changed', async (existing) => {
    await account.deployTemplate({ Resources: holding });
    const template = JSON.parse(local.synthesize((stack) => {
      new AccountAlias(stack, 'Alias', { accountAlias: 'acme', existing: existing as ExistingConfiguration });
    })) as { Resources: object };
    const result = await account.deployTemplate({ ...template, Resources: { ...holding, ...template.Resources } });
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failuresOf(result)).toEqual([expect.stringMatching(/^accountAlias: the account has the alias "acme", which Holder of stack \w+ has \(AWS::SupportApp::AccountAlias\)\. /)]);
    expect(account.supportApp.accountAlias).toBe('acme');
  });

  test.each([REGION, 'eu-west-1'])('in another stack is refused, too: in %s', async (region) => {
    await account.withStack('Other', region).deployTemplate({ Resources: holding });
    expect(await account.fail((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'acme', existing: ExistingConfiguration.ADOPT })))
      .toMatch(/^accountAlias: the account has the alias "acme", which Holder of stack Other has \(AWS::SupportApp::AccountAlias\)\. /);
  });
});

describe('what CloudFormation does of its own', () => {
  test('a stack of both engines deploys, changes and is deleted', async () => {
    const define = (channelName: string): Definition => (stack) => {
      new AccountAlias(stack, 'Alias', { accountAlias: channelName });
      const provider = new NativeProvider(new Construct(stack, 'Types'), 'Native');
      new SlackWorkspace(stack, 'Workspace', { teamId: TEAM, provider })
        .addChannel('Operations', { channelId: CHANNEL, channelName, notifyOnCaseSeverity: NotificationSeverity.NONE });
    };
    await account.succeed(define('one'));
    await account.succeed(define('two'));
    expect(account.state()).toMatchObject({ accountAlias: 'two', workspaces: [{ teamId: TEAM }], channels: [{ channelName: 'two' }] });
    await account.delete();
    expect(account.state()).toMatchObject({ accountAlias: undefined, workspaces: [], channels: [] });
  });

  test('members replace a Chime channel: the old one stays with its messages', async () => {
    await account.succeed(native({ chime: { channelId: undefined } }));
    const [{ channelArn }] = stateWithMessages().chimeChannels;
    await account.succeed(native({ chime: { channelId: undefined, memberArns: [appInstance.chimeBearer] } }));
    expect(account.state().chimeChannels.map((channel) => [channel.channelArn === channelArn, channel.messages])).toEqual([[true, ['hello']], [false, []]]);
  });

  test('an aspect reaches the classes', () => {
    const template = JSON.parse(local.synthesize((stack) => {
      native()(stack);
      Aspects.of(stack).add({
        visit: (node) => {
          if (node instanceof supportapp.CfnSlackWorkspaceConfiguration) {
            node.versionId = '7';
          }
        },
      });
    })) as { Resources: Record<string, { Properties: object }> };
    expect(template.Resources.Workspace.Properties).toEqual({ TeamId: TEAM, VersionId: '7' });
  });
});
