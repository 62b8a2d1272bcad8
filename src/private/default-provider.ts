import type { Construct, IConstruct } from 'constructs';
import { ChannelsProvider, type IChannelsProvider } from '../channels-provider';
import { servingProvider } from './engine';

const served = new WeakSet<IConstruct>();

/** The provider of a construct that names none. */
export function defaultProvider(construct: Construct): IChannelsProvider {
  const provider = servingProvider(construct);
  if (provider) {
    return provider;
  }
  served.add(construct);
  return ChannelsProvider.getOrCreate(construct);
}

/** The constructs of a scope that have got the handler of their stack without naming it. */
export function servedByDefault(scope: IConstruct): IConstruct[] {
  return scope.node.findAll().filter((construct) => served.has(construct));
}
