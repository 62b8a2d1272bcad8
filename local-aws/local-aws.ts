import { LocalCloudFormation, type LocalCloudFormationOptions } from './cloudformation/engine';
import { RESOURCE_TYPES } from './cloudformation/resource-types';
import { apiCallEvent } from './events/cloud-trail';
import { Identities } from './identity';
import { LocalServices, type LocalServicesOptions } from './services/server';
import type { Organization } from './stacksets/organization';

export interface LocalAwsOptions {
  readonly services?: Omit<LocalServicesOptions, 'identities'>;
  readonly cloudFormation?: Omit<LocalCloudFormationOptions, 'identities' | 'endpoints' | 'chime' | 'services' | 'resourceTypes'>;
}

/** CloudFormation, Lambda and the services that the handler calls, wired to each other, on loopback ports. */
export class LocalAws {
  public static async start(options: LocalAwsOptions = {}): Promise<LocalAws> {
    const identities = new Identities();
    const services = await LocalServices.start({ ...options.services, identities });
    const cloudFormation = await LocalCloudFormation.start({
      ...options.cloudFormation,
      resourceTypes: RESOURCE_TYPES,
      identities,
      chime: services.chime.store,
      services,
      endpoints: {
        AWS_ENDPOINT_URL_SUPPORT_APP: services.endpoints.supportApp,
        AWS_ENDPOINT_URL_CHIME_SDK_MESSAGING: services.endpoints.chimeSdkMessaging,
      },
    });
    services.supportApp.roles = options.services?.supportApp?.roles ?? ((roleArn) => {
      const role = cloudFormation.role(roleArn);
      return role && { exists: true, trusts: role.trusts };
    });
    const { events } = cloudFormation;
    services.onCall = (call) => {
      const event = call.service === services.supportApp.model.signingName ? apiCallEvent(call, events.now()) : undefined;
      if (event) {
        events.publish(event);
      }
    };
    const { organization } = options.cloudFormation ?? {};
    if (organization) {
      shareMembership(organization, services);
    }
    return new LocalAws(services, cloudFormation);
  }

  private constructor(public readonly services: LocalServices, public readonly cloudFormation: LocalCloudFormation) {}

  public async stop(): Promise<void> {
    await this.cloudFormation.stop();
    await this.services.stop();
  }
}

/** Lets the Support App know who is in the organization, now and later. */
function shareMembership(organization: Organization, { supportApp: { store } }: LocalServices): void {
  const { managementAccountId } = organization;
  const isMember = (accountId: string) => organization.isMember(accountId) && accountId !== managementAccountId;
  store.createOrganization(managementAccountId, organization.accountsIn(organization.rootId).filter(isMember));
  organization.onChange(({ accountId }) => {
    store.account(accountId).organization = isMember(accountId) ? { accountType: 'member', managementAccountId } : undefined;
  });
}
