import { checkAccountAlias } from '../src/constraints';
import { ACCOUNT_ALIAS_TYPE, AccountAliasProperties } from '../src/contract';
import { DeleteAccountAliasCommand, GetAccountAliasCommand, PutAccountAliasCommand } from './aws/support-app';
import { Properties } from './custom-resource';
import { alreadyExists } from './errors';
import { formatPhysicalId, PhysicalId } from './physical-id';
import { assertValid, attemptChange, ignoreMissing, note, ResourceHandler, Services } from './resource-handler';

interface Previous {
  readonly accountAlias: string;
}

export const accountAlias: ResourceHandler = {
  async create(event, services) {
    const declared = parse(event.ResourceProperties);
    assertValid(event, checkAccountAlias(declared));
    // An account has one alias, which has no id of its own.
    const target: PhysicalId = { type: ACCOUNT_ALIAS_TYPE, ownership: 'created', target: [event.StackId.split(':')[4]] };
    const { accountAlias: actual } = await services.supportApp.send(new GetAccountAliasCommand({}));
    const holder = actual === undefined ? undefined : await services.stack.holderOf(target);
    const isEqual = actual === declared.AccountAlias;
    if (actual !== undefined && !isEqual && !holder && declared.Existing !== 'ADOPT') {
      throw alreadyExists(`accountAlias: the account has the alias "${actual}"`);
    }
    const physicalResourceId = formatPhysicalId({
      ...target,
      ownership: actual === undefined ? 'created' : holder?.ownership ?? 'adopted',
      previous: actual === undefined || isEqual ? undefined : { accountAlias: actual } satisfies Previous,
    });
    if (!isEqual) {
      await put(services, declared.AccountAlias, actual);
    }
    return { physicalResourceId };
  },

  async update(event, services) {
    const declared = parse(event.ResourceProperties);
    assertValid(event, checkAccountAlias(declared));
    const old = parse(event.OldResourceProperties!).AccountAlias;
    if (declared.AccountAlias !== old) {
      await put(services, declared.AccountAlias, old);
    }
    return { physicalResourceId: event.PhysicalResourceId! };
  },

  async delete(event, id, services) {
    if (id.ownership === 'adopted' && !id.previous) {
      return;
    }
    const isHeld = id.ownership === 'adopted' || await services.stack.holderOf(id) !== undefined;
    const previous = id.previous as Previous | undefined;
    if (isHeld && !(previous && await services.stack.isRollingBack())) {
      return;
    }
    const { accountAlias: actual } = await services.supportApp.send(new GetAccountAliasCommand({}));
    if (actual === undefined || actual !== event.ResourceProperties.AccountAlias) {
      note('changed outside the stack: left');
    } else if (isHeld) {
      await services.supportApp.send(new PutAccountAliasCommand(previous!));
    } else {
      await ignoreMissing(services.supportApp.send(new DeleteAccountAliasCommand({})));
    }
  },
};

function parse(properties: Properties): AccountAliasProperties {
  return properties as unknown as AccountAliasProperties;
}

function put(services: Services, declared: string, previous: string | undefined): Promise<void> {
  return attemptChange(
    services,
    () => services.supportApp.send(new PutAccountAliasCommand({ accountAlias: declared })),
    async ({ supportApp }) => {
      const { accountAlias: actual } = await supportApp.send(new GetAccountAliasCommand({}));
      if (actual === declared) {
        await supportApp.send(previous === undefined ? new DeleteAccountAliasCommand({}) : new PutAccountAliasCommand({ accountAlias: previous }));
      }
    },
  );
}
