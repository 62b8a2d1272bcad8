'use strict';

/**
 * The same account, written in different ways. Modules are loaded by the design that needs them, as the files of a
 * user's app would. Every import is the cheapest one that there is: of the module itself, not of all of aws-cdk-lib.
 */

const TEAM_ID = 'T012ABCDEFG';
const APP_INSTANCE = 'arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';
const BEARER = `${APP_INSTANCE}/user/deployer`;
const FULL_ACCESS = 'AWSSupportAppFullAccess';

const channelId = (index) => `C0${String(index).padStart(9, '0')}`;

/** Properties of the four kinds of resources, by the names that CloudFormation's own types and this library's share. */
const workspace = () => ({ TeamId: TEAM_ID });
const alias = () => ({ AccountAlias: 'acme production' });
const channel = (index, roleArn) => ({
  TeamId: TEAM_ID,
  ChannelId: channelId(index),
  ChannelRoleArn: roleArn,
  NotifyOnCaseSeverity: 'high',
  NotifyOnAddCorrespondenceToCase: false,
  NotifyOnCreateOrReopenCase: true,
  NotifyOnResolveCase: true,
});
const chimeChannel = () => ({ AppInstanceArn: APP_INSTANCE, ChimeBearer: BEARER, Name: 'On call', Mode: 'RESTRICTED', Privacy: 'PRIVATE' });

/** `{ TeamId }` as generated classes take it: `{ teamId }`. */
const camelCase = (properties) => Object.fromEntries(Object.entries(properties).map(([name, value]) => [name[0].toLowerCase() + name.slice(1), value]));

function supportAppRole(scope) {
  const { ManagedPolicy, Role, ServicePrincipal } = require('aws-cdk-lib/aws-iam');
  return new Role(scope, 'ChannelRole', {
    assumedBy: new ServicePrincipal('supportapp.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(FULL_ACCESS)],
  });
}

/** Custom resources and a function of one's own that serves them, by itself or behind another one. */
function defineByHand(stack, { channels, firstChannel, chime }, serviceTokenOf) {
  const { CustomResource } = require('aws-cdk-lib/core');
  const { Code, Function: LambdaFunction, Runtime } = require('aws-cdk-lib/aws-lambda');
  const { PolicyStatement } = require('aws-cdk-lib/aws-iam');
  const channelRole = supportAppRole(stack);
  const serviceToken = serviceTokenOf(new LambdaFunction(stack, 'Handler', {
    code: Code.fromInline(inlineCode()),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    initialPolicy: [
      new PolicyStatement({ actions: SUPPORT_APP_ACTIONS, resources: ['*'] }),
      new PolicyStatement({ actions: CHIME_ACTIONS, resources: [BEARER, `${APP_INSTANCE}/channel/*`] }),
      new PolicyStatement({ actions: ['iam:PassRole'], resources: [channelRole.roleArn] }),
    ],
  }));
  const define = (id, resourceType, properties) => new CustomResource(stack, id, { serviceToken, resourceType, properties });
  const registered = define('Workspace', 'Custom::SupportAppSlackWorkspace', workspace());
  define('Alias', 'Custom::SupportAppAccountAlias', alias());
  for (let index = 0; index < channels; index++) {
    define(`Channel${index}`, 'Custom::SupportAppSlackChannelConfiguration', channel(firstChannel + index, channelRole.roleArn)).node.addDependency(registered);
  }
  if (chime) {
    define('Chime', 'Custom::ChimeChannel', chimeChannel());
  }
}

/** An account in constructs of this library. */
function defineConstructs(stack, { channels, firstChannel, chime }) {
  // Classes are asked for where they are used, as in compiled TypeScript.
  const { AccountAlias, NotificationSeverity, SlackWorkspace } = require('cdk-support-channels');
  const registered = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM_ID });
  new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
  for (let index = 0; index < channels; index++) {
    registered.addChannel(`Channel${index}`, {
      channelId: channelId(firstChannel + index),
      notifyOnCaseSeverity: NotificationSeverity.HIGH,
      notifyOnCreateOrReopenCase: true,
      notifyOnResolveCase: true,
    });
  }
  if (chime) {
    const { ChimeChannel } = require('cdk-support-channels');
    new ChimeChannel(stack, 'Chime', { appInstanceArn: APP_INSTANCE, chimeBearer: BEARER, channelName: 'On call' });
  }
}

const SUPPORT_APP_ACTIONS = [
  'RegisterSlackWorkspaceForOrganization', 'ListSlackWorkspaceConfigurations', 'DeleteSlackWorkspaceConfiguration',
  'CreateSlackChannelConfiguration', 'UpdateSlackChannelConfiguration', 'DeleteSlackChannelConfiguration', 'ListSlackChannelConfigurations',
  'PutAccountAlias', 'GetAccountAlias', 'DeleteAccountAlias',
].map((action) => `supportapp:${action}`);
const CHIME_ACTIONS = ['chime:CreateChannel', 'chime:UpdateChannel', 'chime:DeleteChannel'];

/**
 * Each design defines one account's resources in a stack: `channels` Slack channels from `firstChannel` on, and a Chime channel if `chime`.
 * No two accounts share a Slack channel, which takes 100 accounts at most.
 */
const DESIGNS = {
  /** CloudFormation's own types through their generated classes. */
  'native L1': (stack, { channels, firstChannel, chime }) => {
    const { CfnAccountAlias, CfnSlackChannelConfiguration, CfnSlackWorkspaceConfiguration } = require('aws-cdk-lib/aws-supportapp');
    const registered = new CfnSlackWorkspaceConfiguration(stack, 'Workspace', camelCase(workspace()));
    new CfnAccountAlias(stack, 'Alias', camelCase(alias()));
    const role = supportAppRole(stack);
    for (let index = 0; index < channels; index++) {
      const resource = new CfnSlackChannelConfiguration(stack, `Channel${index}`, camelCase(channel(firstChannel + index, role.roleArn)));
      resource.node.addDependency(registered);
    }
    if (chime) {
      const { CfnChannel } = require('aws-cdk-lib/aws-chime');
      new CfnChannel(stack, 'Chime', camelCase(chimeChannel()));
    }
  },

  /** The cheapest way to have a handler: no generated class, no validation, permissions written out by hand. */
  'floor': (stack, { channels, firstChannel, chime }) => {
    const { CfnResource } = require('aws-cdk-lib/core');
    const trust = (service) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
    });
    const channelRole = new CfnResource(stack, 'ChannelRole', {
      type: 'AWS::IAM::Role',
      properties: { AssumeRolePolicyDocument: trust('supportapp.amazonaws.com'), ManagedPolicyArns: [`arn:aws:iam::aws:policy/${FULL_ACCESS}`] },
    });
    const roleArn = channelRole.getAtt('Arn');
    const role = new CfnResource(stack, 'HandlerRole', {
      type: 'AWS::IAM::Role',
      properties: {
        AssumeRolePolicyDocument: trust('lambda.amazonaws.com'),
        Policies: [{
          PolicyName: 'Handler',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Action: SUPPORT_APP_ACTIONS, Resource: '*' },
              { Effect: 'Allow', Action: CHIME_ACTIONS, Resource: [BEARER, `${APP_INSTANCE}/channel/*`] },
              { Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn },
            ],
          },
        }],
      },
    });
    const handler = new CfnResource(stack, 'Handler', {
      type: 'AWS::Lambda::Function',
      properties: { Code: { ZipFile: inlineCode() }, Handler: 'index.handler', Role: role.getAtt('Arn'), Runtime: 'nodejs24.x', Timeout: 120 },
    });
    const serviceToken = handler.getAtt('Arn');
    const define = (id, type, properties) => new CfnResource(stack, id, { type, properties: { ServiceToken: serviceToken, ...properties } });
    const registered = define('Workspace', 'Custom::SupportAppSlackWorkspace', workspace());
    define('Alias', 'Custom::SupportAppAccountAlias', alias());
    for (let index = 0; index < channels; index++) {
      define(`Channel${index}`, 'Custom::SupportAppSlackChannelConfiguration', channel(firstChannel + index, roleArn)).node.addDependency(registered);
    }
    if (chime) {
      define('Chime', 'Custom::ChimeChannel', chimeChannel());
    }
  },

  /** What a template of this library has, in constructs of its shape, without a check, a guard or an option: what is left is the CDK's. */
  'the shape alone': (stack, { channels, firstChannel, chime }) => {
    const { CfnResource, RemovalPolicy, Resource } = require('aws-cdk-lib/core');
    const { CfnPolicy, CfnRole } = require('aws-cdk-lib/aws-iam');
    const { CfnFunction } = require('aws-cdk-lib/aws-lambda');
    const { CfnLogGroup } = require('aws-cdk-lib/aws-logs');
    class Shape extends Resource {
      constructor(scope, id, type, properties) {
        super(scope, id);
        this.resource = new CfnResource(this, 'Resource', { type, properties });
      }
    }
    const channelRole = supportAppRole(stack);
    const provider = new Resource(stack, 'Provider');
    const role = new CfnRole(provider, 'Role', {
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
    });
    const logGroup = new CfnLogGroup(provider, 'Logs', { retentionInDays: 30 });
    logGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
    const handler = new CfnFunction(provider, 'Resource', {
      code: { zipFile: inlineCode() },
      handler: 'index.handler',
      role: role.attrArn,
      runtime: 'nodejs24.x',
      memorySize: 256,
      timeout: 120,
      loggingConfig: { logGroup: logGroup.ref },
    });
    const policy = new CfnPolicy(provider, 'Policy', {
      policyName: 'Resources',
      roles: [role.ref],
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: SUPPORT_APP_ACTIONS, Resource: '*' },
          { Effect: 'Allow', Action: CHIME_ACTIONS, Resource: [BEARER, `${APP_INSTANCE}/channel/*`] },
          { Effect: 'Allow', Action: 'iam:PassRole', Resource: channelRole.roleArn },
        ],
      },
    });
    const serviceToken = handler.getAtt('Arn');
    const define = (scope, id, type, properties) => {
      const shape = new Shape(scope, id, type, { ServiceToken: serviceToken, ServiceTimeout: 540, ...properties });
      shape.resource.node.addDependency(policy);
      return shape;
    };
    const registered = define(stack, 'Workspace', 'Custom::SupportAppSlackWorkspace', workspace());
    define(stack, 'Alias', 'Custom::SupportAppAccountAlias', alias());
    for (let index = 0; index < channels; index++) {
      define(registered, `Channel${index}`, 'Custom::SupportAppSlackChannelConfiguration', channel(firstChannel + index, channelRole.roleArn))
        .resource.node.addDependency(registered.resource);
    }
    if (chime) {
      define(stack, 'Chime', 'Custom::ChimeChannel', chimeChannel());
    }
  },

  /** What a user writes without this library: a function with inline code, and custom resources. */
  'by hand': (stack, account) => defineByHand(stack, account, ({ functionArn }) => functionArn),

  'this library': defineConstructs,

  /** The same constructs, with CloudFormation's own types. */
  'native engine': (stack, account) => {
    const { NativeProvider } = require('cdk-support-channels');
    new NativeProvider(stack, 'Native');
    defineConstructs(stack, account);
  },

  /** One role for all, which is cheaper than a policy for each resource. */
  'AwsCustomResource': (stack, { channels, firstChannel, chime }) => {
    const { AwsCustomResource, PhysicalResourceId } = require('aws-cdk-lib/custom-resources');
    const { ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } = require('aws-cdk-lib/aws-iam');
    const channelRole = supportAppRole(stack);
    const role = new Role(stack, 'HandlerRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole')],
      inlinePolicies: {
        Handler: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: SUPPORT_APP_ACTIONS, resources: ['*'] }),
            new PolicyStatement({ actions: CHIME_ACTIONS, resources: [BEARER, `${APP_INSTANCE}/channel/*`] }),
            new PolicyStatement({ actions: ['iam:PassRole'], resources: [channelRole.roleArn] }),
          ],
        }),
      },
    });
    const define = (id, type, service, [create, update, remove], parameters, key) => {
      const physicalResourceId = PhysicalResourceId.of(id);
      const call = (action, input) => ({ service, action, parameters: input, physicalResourceId });
      return new AwsCustomResource(stack, id, {
        role,
        resourceType: type,
        installLatestAwsSdk: false,
        onCreate: call(create, parameters),
        onUpdate: call(update, parameters),
        onDelete: call(remove, key),
      });
    };
    const registered = define('Workspace', 'Custom::SupportAppSlackWorkspace', 'support-app',
      ['registerSlackWorkspaceForOrganization', 'registerSlackWorkspaceForOrganization', 'deleteSlackWorkspaceConfiguration'],
      camelCase(workspace()), camelCase(workspace()));
    define('Alias', 'Custom::SupportAppAccountAlias', 'support-app', ['putAccountAlias', 'putAccountAlias', 'deleteAccountAlias'], camelCase(alias()), {});
    for (let index = 0; index < channels; index++) {
      define(`Channel${index}`, 'Custom::SupportAppSlackChannelConfiguration', 'support-app',
        ['createSlackChannelConfiguration', 'updateSlackChannelConfiguration', 'deleteSlackChannelConfiguration'],
        camelCase(channel(firstChannel + index, channelRole.roleArn)), { teamId: TEAM_ID, channelId: channelId(firstChannel + index) }).node.addDependency(registered);
    }
    if (chime) {
      define('Chime', 'Custom::ChimeChannel', 'chime-sdk-messaging', ['createChannel', 'updateChannel', 'deleteChannel'], chimeChannel(), { ChimeBearer: BEARER });
    }
  },

  /** A function of one's own behind the function of the framework. */
  'provider framework': (stack, account) => {
    const { Provider } = require('aws-cdk-lib/custom-resources');
    defineByHand(stack, account, (onEventHandler) => new Provider(stack, 'Provider', { onEventHandler }).serviceToken);
  },

  /** It has neither Slack nor Chime channels: an AppInstance with as many users stands in for them. */
  'cdk-amazon-chime-resources': (stack, { channels, firstChannel }) => {
    const { MessagingAppInstance, MessagingAppInstanceUser } = require('cdk-amazon-chime-resources');
    const role = supportAppRole(stack);
    const instance = new MessagingAppInstance(stack, 'Workspace', { name: 'acme' });
    for (let index = 0; index < channels; index++) {
      new MessagingAppInstanceUser(stack, `Channel${index}`, {
        appInstanceArn: instance.appInstanceArn,
        appInstanceUserId: channelId(firstChannel + index),
        metadata: `high,${role.roleName}`,
      }).node.addDependency(instance);
    }
  },
};

let code;

/** The same handler in each design that carries one, so that they differ in the constructs only. */
function inlineCode() {
  const { readFileSync } = require('node:fs');
  code ??= readFileSync(require.resolve('cdk-support-channels/assets/handler/index.js'), 'utf8');
  return code;
}

module.exports = { DESIGNS };
