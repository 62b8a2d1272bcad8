import { CfnResource, type CfnResourceProps, type RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import type { Permission } from './handler-permissions';
import type { IChannelsProvider } from '../channels-provider';

/** What a construct declares, by the names of the contract with the handler. */
export interface ResourceDeclaration {
  readonly type: string;
  readonly properties: object;
}

/** What a construct asks its provider for. */
export interface ResourceDefinition extends ResourceDeclaration {
  /** What a handler needs for it. */
  readonly permissions: Permission[];
  readonly removalPolicy?: RemovalPolicy;
}

/** `CfnResource`, or `TaggableResource` where the service knows tags. */
export type ResourceClass = new (scope: Construct, id: string, props: CfnResourceProps) => CfnResource;

const providers = new WeakMap<IConstruct, IChannelsProvider>();

/** Apps without such a provider, which are most, do not look for one above each construct. */
let isUsed = false;

/** Lets a provider serve all constructs of a scope that are defined from now on and name no provider. */
export function serve(scope: IConstruct, provider: IChannelsProvider): void {
  isUsed = true;
  providers.set(scope, provider);
}

/** The provider that serves the nearest scope of a construct, if any does. */
export function servingProvider(construct: IConstruct): IChannelsProvider | undefined {
  for (let scope = isUsed ? construct.node.scope : undefined; scope; scope = scope.node.scope) {
    const provider = providers.get(scope);
    if (provider) {
      return provider;
    }
  }
  return undefined;
}

/**
 * The ids of resources within their constructs. CloudFormation refuses another type under the same logical id, so those
 * of the two kinds of providers differ.
 */
export const HANDLER_RESOURCE_ID = 'Resource';

/** It does not show in a logical id: a construct has the one that a generated class in its place had. */
export const NATIVE_RESOURCE_ID = 'Default';

/** The resource of a construct; an imported one has none. */
export function managedResource({ node }: IConstruct): CfnResource | undefined {
  return [HANDLER_RESOURCE_ID, NATIVE_RESOURCE_ID]
    .map((id) => node.tryFindChild(id)).find((child): child is CfnResource => CfnResource.isCfnResource(child));
}
