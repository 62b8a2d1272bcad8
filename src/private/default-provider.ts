import type { Construct, IConstruct } from 'constructs';
import { servingProvider } from './engine';
import type { IChannelsProvider } from '../channels-provider';

const served = new WeakSet<IConstruct>();

/** The provider of a construct that names none. */
export function defaultProvider(construct: Construct): IChannelsProvider {
  const provider = servingProvider(construct);
  if (provider) {
    return provider;
  }
  served.add(construct);
  // Whoever has another provider does not load what a handler takes.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { ChannelsProvider } = require('../channels-provider') as typeof import('../channels-provider');
  return ChannelsProvider.getOrCreate(construct);
}

/** The constructs of a scope that have got the handler of their stack without naming it. */
export function servedByDefault(scope: IConstruct): IConstruct[] {
  return scope.node.findAll().filter((construct) => served.has(construct));
}
