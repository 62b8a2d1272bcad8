import { IntegApp } from './integ-app';
import { AccountAlias, DriftMonitor } from '../../src';

const ALIAS = 'support channels integ';

/** The account takes the rule of a monitor, and has the alias that it watches. */
export function testDriftMonitor(name: string): void {
  const app = new IntegApp(name, 'handler');
  new AccountAlias(app.stack, 'Alias', { accountAlias: ALIAS });
  new DriftMonitor(app.stack, 'Drift', { repair: true });
  app.expectAnswer('support-app', 'GetAccountAlias', {}, { accountAlias: ALIAS });
}
