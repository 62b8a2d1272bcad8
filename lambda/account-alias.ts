import { checkAccountAlias } from '../src/constraints';
import { ACCOUNT_ALIAS_TYPE, AccountAliasProperties } from '../src/contract';
import { Command } from './aws/client';
import { DeleteAccountAliasCommand, GetAccountAliasCommand, PutAccountAliasCommand } from './aws/support-app';
import { Properties } from './custom-resource';
import { formatPhysicalId, PhysicalId } from './physical-id';
import { assertValid, attemptChange, claim, ignore, leaveChanged, release, ResourceHandler, Services } from './resource-handler';

interface Previous {
  readonly accountAlias: string;
}

export const accountAlias: ResourceHandler = {
  async onCreate(event, services) {
    const declared = parse(event.ResourceProperties);
    assertValid(event, checkAccountAlias(declared));
    // An account has one alias, which has no id of its own.
    const target: PhysicalId = { resourceType: ACCOUNT_ALIAS_TYPE, ownership: 'created', target: [event.StackId.split(':')[4]] };
    const { accountAlias: actual } = await services.supportApp.send(new GetAccountAliasCommand({}));
    const isEqual = actual === declared.AccountAlias;
    const physicalResourceId = actual === undefined ? formatPhysicalId(target) : await claim(event, services, target, {
      what: `accountAlias: the account has the alias "${actual}"`,
      previousConfiguration: isEqual ? undefined : { accountAlias: actual } satisfies Previous,
    });
    if (!isEqual) {
      await put(services, declared.AccountAlias, actual);
    }
    return { physicalResourceId };
  },

  async onUpdate(event, services) {
    const declared = parse(event.ResourceProperties);
    assertValid(event, checkAccountAlias(declared));
    // What is there decides, not what the stack says was there: an earlier update may have failed, and people change things by hand.
    const { accountAlias: actual } = await services.supportApp.send(new GetAccountAliasCommand({}));
    if (actual !== declared.AccountAlias) {
      await put(services, declared.AccountAlias, actual);
    }
    return { physicalResourceId: event.PhysicalResourceId! };
  },

  onDelete(event, id, services) {
    const { supportApp } = services;
    const unlessChanged = async (change: Command<unknown>) => {
      const { accountAlias: actual } = await supportApp.send(new GetAccountAliasCommand({}));
      if (actual !== undefined && actual === event.ResourceProperties.AccountAlias) {
        await supportApp.send(change).catch(ignore('ResourceNotFound'));
      } else {
        leaveChanged();
      }
    };
    return release(
      id, services,
      () => unlessChanged(new DeleteAccountAliasCommand({})),
      (previous) => unlessChanged(new PutAccountAliasCommand(previous as Previous)),
    );
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
