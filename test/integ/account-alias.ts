import { type Engine, IntegApp } from './integ-app';
import { AccountAlias } from '../../src';

const ALIAS = 'support channels integ';

/** The account has the alias that its stack declares. */
export function testAccountAlias(name: string, engine: Engine): void {
  const app = new IntegApp(name, engine);
  new AccountAlias(app.stack, 'Alias', { accountAlias: ALIAS });
  app.expectAnswer('support-app', 'GetAccountAlias', {}, { accountAlias: ALIAS });
}
