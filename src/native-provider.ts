import { Annotations, Aws, type CfnResource, RemovalPolicy, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { IChannelsProvider } from './channels-provider';
import { camelCase, nameOf, type Problem } from './constraints';
import { CHIME_CHANNEL_TYPE, type ChimeChannelProperties } from './contract';
import { defineAccountValues } from './private/account-value-token';
import { servedByDefault } from './private/default-provider';
import {
  NATIVE_RESOURCE_ID, type ResourceClass, type ResourceDeclaration, type ResourceDefinition, serve,
} from './private/engine';
import { NATIVE_TYPES, type NativeType } from './private/native-types';
import { isMap, showValue } from './private/props';
import { TaggableResource } from './private/taggable-resource';
import { UnavailableAttribute } from './private/unavailable-attribute';
import { isUnresolved, throwProblems } from './private/validation';

/**
 * Lets CloudFormation manage the constructs of this library with types of its own, `AWS::SupportApp::*` and
 * `AWS::Chime::Channel`: with drift detection and `cdk import`, and without a function, its role and its log group.
 *
 * It serves the constructs of its scope that are defined after it and name no other provider. The scope is a stack, an
 * app or a stage with all its stacks, or a part of a stack:
 *
 * ```ts
 * new NativeProvider(this, 'Native');
 * new AccountAlias(this, 'Alias', { accountAlias: 'production' });
 * ```
 *
 * As the `provider` of a construct it serves that one, wherever the construct is.
 *
 * What CloudFormation's types cannot do is an error: `existing` and `channelFlowArn`, the attributes `teamName` and
 * `accountType`, and a Region without the type. There are types of the AWS Support App in nine Regions, and that of
 * Amazon Chime in us-east-1. Another bearer, member or moderator of a `ChimeChannel` makes CloudFormation replace the
 * channel: the new one has no messages.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SupportApp.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-chime-channel.html
 */
export class NativeProvider extends Construct implements IChannelsProvider {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Beside the scope and the id, users of JavaScript might give options of a handler.
    // eslint-disable-next-line prefer-rest-params
    throwProblems('NativeProvider', this.node.path, [...checkOptions(arguments[2]), ...checkOrder(scope)]);
    serve(scope, this);
  }

  /**
   * @internal
   */
  public _checkResource(construct: Construct, { type, properties }: ResourceDeclaration): Problem[] {
    const native = NATIVE_TYPES[type];
    const { region } = Stack.of(construct);
    return [
      ...checkProperties(native, properties),
      ...this.checkRegion(region, native),
      ...(type === CHIME_CHANNEL_TYPE ? checkChimeChannel(region, properties as ChimeChannelProperties) : []),
    ];
  }

  /**
   * @internal
   */
  public _defineResource(scope: Construct, _resourceClass: ResourceClass, definition: ResourceDefinition): CfnResource {
    const { type, properties, removalPolicy } = definition;
    defineAccountValues(scope, properties);
    const native = NATIVE_TYPES[type];
    const GeneratedClass = native.loadClass();
    const known = Object.fromEntries(Object.entries(properties).filter(([name]) => native.properties.includes(name)));
    const resource = GeneratedClass
      ? new GeneratedClass(scope, NATIVE_RESOURCE_ID, rename(known, camelCase) as never)
      // Only the type of Amazon Chime, which has tags, has no class in older releases.
      : new TaggableResource(scope, NATIVE_RESOURCE_ID, { type: native.name, properties: rename(known) as object });
    if (removalPolicy !== undefined) {
      resource.applyRemovalPolicy(removalPolicy);
    }
    if (type === CHIME_CHANNEL_TYPE && removalPolicy === RemovalPolicy.DESTROY) {
      Annotations.of(scope).addWarningV2('cdk-support-channels:nativeChimeChannelReplacement', REPLACEMENT_WARNING);
    }
    return resource;
  }

  /**
   * @internal
   */
  public _attributeOf(resource: CfnResource, type: string, name: string): string {
    const native = NATIVE_TYPES[type];
    if (name in native.attributes) {
      return resource.getAtt(native.attributes[name]).toString();
    }
    return new UnavailableAttribute(resource.node.scope as Construct, {
      property: camelCase(name),
      violation: `must not be used with a NativeProvider, as ${native.name} has no such attribute`,
      remedy: 'Write the value itself, or give the construct a ChannelsProvider as provider',
    }).toString();
  }

  private checkRegion(region: string, { name, regions }: NativeType): Problem[] {
    return Token.isUnresolved(region) || regions.includes(region) ? [] : [{
      property: 'provider',
      violation: `must be a ChannelsProvider in ${region}, as CloudFormation has ${name} `
        + `in ${regions.join(', ')} only, got the NativeProvider at "${this.node.path}"`,
      remedy: 'Give the construct a ChannelsProvider as provider, or move the stack to such a Region',
    }];
  }
}

const REPLACEMENT_WARNING = 'CloudFormation replaces this channel when its appInstanceArn, channelId, chimeBearer, '
  + 'elasticChannelConfiguration, memberArns, moderatorArns or privacy changes. With RemovalPolicy.DESTROY '
  + 'it then deletes the old channel with all its messages. Keep RemovalPolicy.RETAIN, the default, or give '
  + 'the channel a ChannelsProvider as provider, which changes bearer, members and moderators in place.';

/** As many as a request that creates a channel takes; the handler adds what is beyond. */
const MAXIMUM_ARNS = 10;

const REMEDIES: Record<string, string> = {
  Existing: 'Leave it out and take over what exists with cdk import',
  Refresh: 'Leave it out: the drift detection of CloudFormation finds what was changed by hand',
  FormerChannelRoleArn: 'Leave it out: cdk import takes over what exists',
  ChannelFlowArn: 'Leave it out and call AssociateChannelFlow once the channel is made',
};
const OTHER_REMEDY = 'Leave it out';

function checkOptions(options: unknown): Problem[] {
  return options === undefined ? [] : [{
    property: 'props',
    violation: `must be left out, as there is no handler to have options, got ${showValue(options)}`,
    remedy: 'Leave them out, or define a ChannelsProvider with them',
  }];
}

function checkOrder(scope: Construct): Problem[] {
  const [first, ...others] = servedByDefault(scope).map(({ node }) => `"${node.path}"`);
  return first === undefined ? [] : [{
    property: 'scope',
    violation: 'must have no construct yet that took the handler of its stack because there was no NativeProvider, '
      + `got ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
    remedy: 'Define the NativeProvider before them, '
      + 'or give them ChannelsProvider.getOrCreate(this) as provider to keep the handler',
  }];
}

function checkProperties(native: NativeType, properties: object): Problem[] {
  const given = Object.entries<unknown>(properties as Record<string, unknown>);
  return given
    .filter(([name, value]) => value !== undefined && !native.properties.includes(name) && !isNeedless(name, value))
    .map(([name, value]) => ({
      property: nameOf(name),
      violation: `must be ${name === 'Existing' ? 'FAIL or ' : ''}left out with a NativeProvider, `
        + `as ${native.name} has nothing like it, got ${showKnown(value)}`,
      remedy: `${REMEDIES[name] ?? OTHER_REMEDY}, or give the construct a ChannelsProvider as provider`,
    }));
}

/** What CloudFormation's types do anyway, and what stands for a value of a wrong type, which is a problem already. */
function isNeedless(name: string, value: unknown): boolean {
  return (name === 'Existing' && value === 'FAIL') || value === Aws.NO_VALUE;
}

function showKnown(value: unknown): string {
  return isUnresolved(value) ? 'a value that is known only at deployment' : showValue(value);
}

function checkChimeChannel(region: string, properties: ChimeChannelProperties): Problem[] {
  const { AppInstanceArn: appInstanceArn, MemberArns: memberArns, ModeratorArns: moderatorArns } = properties;
  const isKnown = typeof appInstanceArn === 'string' && !isUnresolved(appInstanceArn) && !Token.isUnresolved(region);
  return [
    ...(!isKnown || appInstanceArn.split(':')[3] === region ? [] : [{
      property: 'appInstanceArn',
      violation: `must be in ${region}, the Region of the stack, with a NativeProvider, got ${showValue(appInstanceArn)}`,
      remedy: 'Define the channel in a stack of that Region, or give it a ChannelsProvider as provider',
    }]),
    ...Object.entries({ memberArns, moderatorArns })
      .filter(([, arns]) => Array.isArray(arns) && arns.length > MAXIMUM_ARNS)
      .map(([property, arns]) => ({
        property,
        violation: `must be at most ${MAXIMUM_ARNS} with a NativeProvider, got ${arns?.length}`,
        remedy: 'Add the others by the API of Amazon Chime, or give the channel a ChannelsProvider as provider',
      })),
  ];
}

/** Properties with other names, in the order in which generated classes write them. */
function rename(value: unknown, newName: (name: string) => string = (name) => name): unknown {
  if (!isMap(value)) {
    return value;
  }
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [newName(name), rename(member, newName)]));
}
