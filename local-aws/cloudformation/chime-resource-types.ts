import type { ResourceContext, ResourceType } from './resource-type';
import type { Properties } from './template-model';

/**
 * What a Chime channel belongs to and who makes it. Of the attributes, only the ARNs: the store keeps no times of these resources.
 *
 * CloudFormation has these types in one Region. Here they are in every one, as are all types of the engine.
 */
export const appInstance: ResourceType = {
  required: ['Name'],
  create: ({ chime, accountId, region }) => {
    const arn = chime.createAppInstance(accountId, region);
    return { physicalId: arn, attributes: { AppInstanceArn: arn } };
  },
  delete: ({ chime }, arn) => chime.deleteAppInstance(arn),
};

export const appInstanceUser: ResourceType = {
  replacedBy: ['AppInstanceArn', 'AppInstanceUserId'],
  required: ['AppInstanceArn', 'AppInstanceUserId'],
  create: (context, properties) => {
    const appInstanceArn = existingAppInstance(context, properties);
    const userId = String(properties.AppInstanceUserId);
    if (context.chime.appInstances.get(appInstanceArn)!.identities.has(`${appInstanceArn}/user/${userId}`)) {
      throw new Error(`The app instance user ${userId} already exists.`);
    }
    const arn = context.chime.createAppInstanceUser(appInstanceArn, userId, nameOf(properties));
    return { physicalId: arn, attributes: { AppInstanceUserArn: arn } };
  },
  update: rename,
  delete: ({ chime }, arn) => chime.deleteIdentity(arn),
};

export const appInstanceBot: ResourceType = {
  replacedBy: ['AppInstanceArn'],
  required: ['AppInstanceArn', 'Configuration'],
  create: (context, properties) => {
    const arn = context.chime.createAppInstanceBot(existingAppInstance(context, properties), undefined, nameOf(properties));
    return { physicalId: arn, attributes: { AppInstanceBotArn: arn } };
  },
  update: rename,
  delete: ({ chime }, arn) => chime.deleteIdentity(arn),
};

function existingAppInstance({ chime, accountId, region }: ResourceContext, properties: Properties): string {
  const arn = String(properties.AppInstanceArn);
  const [, , , itsRegion, itsAccount] = arn.split(':');
  if (!chime.appInstances.has(arn) || itsRegion !== region || itsAccount !== accountId) {
    throw new Error(`The app instance ${arn} does not exist.`);
  }
  return arn;
}

function rename({ chime }: ResourceContext, arn: string, properties: Properties): void {
  chime.appInstanceOf(arn)?.identities.set(arn, nameOf(properties) ?? arn.split('/').at(-1)!);
}

function nameOf({ Name: name }: Properties): string | undefined {
  return name === undefined ? undefined : String(name);
}
