import { checkAccountAlias } from '../../src/constraints';
import { ACCOUNT_ALIAS_TYPE, AccountAliasProperties } from '../../src/contract';
import { DeleteAccountAliasCommand, GetAccountAliasCommand, PutAccountAliasCommand } from '../aws/support-app';
import { ignoreMissing } from '../core/lifecycle';
import { isSame } from '../core/physical-id';
import { ResourceType } from '../core/resource-type';

export const accountAlias: ResourceType<AccountAliasProperties> = {
  name: ACCOUNT_ALIAS_TYPE,

  parse: (properties) => properties as unknown as AccountAliasProperties,
  check: checkAccountAlias,
  // An account has one alias, which has no id of its own.
  targetOf: (_declared, { StackId: stackId }) => [stackId.split(':')[4]],
  nativeIdOf: ([account]) => 'AccountAlias_for_' + account,

  async read({ supportApp }, _target, declared) {
    const answer = await supportApp.send(new GetAccountAliasCommand({})).catch(ignoreMissing);
    const alias = answer !== undefined && answer.accountAlias;
    return alias ? { ...declared, AccountAlias: alias } : undefined;
  },

  diff: (_id, actual, declared) => isSame(actual, declared) ? [] : [put(declared)],

  create: ({ supportApp }, declared) => supportApp.send(put(declared)),

  remove: ({ supportApp }) => supportApp.send(new DeleteAccountAliasCommand({})).catch(ignoreMissing),

  describe: ({ AccountAlias: alias }) => 'accountAlias: the account has the alias "' + alias + '"',

  isTaken: (actual, declared) => actual.AccountAlias !== declared.AccountAlias,
};

const put = ({ AccountAlias: alias }: AccountAliasProperties) => new PutAccountAliasCommand({ accountAlias: alias });
