import type { PlayableStack } from './playable';
import { PreparedTemplate, resolveParameters } from '../../local-aws/cloudformation/template';
import type { Scope } from '../../local-aws/cloudformation/template-model';
import type { LocalAws } from '../../local-aws/local-aws';

/** What a template takes for granted: people have made it in Slack, in the console or with the Chime SDK. */
interface Surroundings {
  readonly teamIds: Set<string>;
  /** ARNs of roles, by the service that assumes them. */
  readonly roles: Map<string, string>;
  readonly appInstanceArns: Set<string>;
  readonly userArns: Set<string>;
  readonly channelFlowArns: Set<string>;
}

const UNKNOWN: Scope = {
  ref: () => fail(),
  getAtt: () => fail(),
  importValue: () => fail(),
};

function fail(): never {
  throw new Error('known only when the stack is deployed');
}

/** Makes what a stack takes for granted, and answers what that was. */
export function prepareSurroundings({ services, cloudFormation }: LocalAws, playable: PlayableStack): string[] {
  const { accountId, region } = environmentOf(playable, cloudFormation);
  const { teamIds, roles, appInstanceArns, userArns, channelFlowArns } = findSurroundings(playable, accountId, region);
  const { store } = services.supportApp;
  const { store: chime } = services.chime;
  const made: string[] = [];
  if (!store.account(accountId).organization) {
    store.createOrganization(accountId);
  }
  for (const teamId of teamIds) {
    store.createTeam(teamId, 'Example');
    if (!store.account(accountId).workspaces.has(teamId)) {
      store.authorizeWorkspace(accountId, teamId);
      made.push(`the Slack workspace ${teamId}, authorized in the account`);
    }
  }
  for (const [arn, service] of roles) {
    if (!cloudFormation.role(arn)) {
      cloudFormation.roles.create(arn, {
        roleName: arn.split('/').at(-1)!,
        createdAt: new Date(),
        assumeRolePolicyDocument: { Statement: { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' } },
        managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        inlinePolicies: [],
        attached: new Map(),
      });
      made.push(`the role ${arn.split('/').at(-1)}, which ${service} may assume`);
    }
  }
  for (const arn of [...appInstanceArns].filter((each) => !chime.appInstances.has(each))) {
    const [, , , chimeRegion, account] = arn.split(':');
    chime.createAppInstance(account, chimeRegion, arn.split('/')[1]);
    made.push(`the AppInstance ${arn.split('/')[1]}`);
  }
  for (const arn of userArns) {
    const [, appInstanceArn, kind, id] = /^(.+?)\/(user|bot)\/(.+)$/.exec(arn) ?? [];
    const identities = chime.appInstances.get(appInstanceArn ?? '')?.identities;
    if (identities && !identities.has(arn)) {
      made.push(`its ${kind} ${id}`);
      identities.set(arn, id);
    }
  }
  for (const arn of channelFlowArns) {
    const [, appInstanceArn, id] = /^(.+?)\/channel-flow\/(.+)$/.exec(arn) ?? [];
    if (chime.appInstances.has(appInstanceArn ?? '') && !chime.channelFlows.has(arn)) {
      chime.createChannelFlow(appInstanceArn, id);
      made.push(`its channel flow ${id}`);
    }
  }
  return made;
}

/** Account and Region of a stack; one that names none gets those of the local AWS. */
export function environmentOf(
  { stack }: PlayableStack, defaults: { readonly accountId: string; readonly region: string },
): { accountId: string; region: string } {
  return { accountId: stack.accountId ?? defaults.accountId, region: stack.region ?? defaults.region };
}

/** The parameter that the templates of the CDK ask for; of others nothing is known. */
function bootstrapVersion(name: string): string | undefined {
  return name.startsWith('/cdk-bootstrap/') ? '30' : undefined;
}

function findSurroundings({ stack, template }: PlayableStack, accountId: string, region: string): Surroundings {
  const found: Surroundings = {
    teamIds: new Set(), roles: new Map(), appInstanceArns: new Set(), userArns: new Set(), channelFlowArns: new Set(),
  };
  let prepared: PreparedTemplate;
  try {
    prepared = new PreparedTemplate(template, resolveParameters(template, stack.parameters, bootstrapVersion), {
      accountId, region, stackName: stack.stackName, stackId: stack.stackName,
    });
  } catch {
    // The deployment says what is wrong.
    return found;
  }
  for (const { definition: { Type: type, Properties: properties = {} } } of prepared.resources.values()) {
    const textsOf = (name: string): string[] => {
      try {
        return [prepared.evaluate(properties[name], UNKNOWN) ?? []].flat().map(String);
      } catch {
        return [];
      }
    };
    if (/^(Custom::SupportApp|AWS::SupportApp::)/.test(type)) {
      textsOf('TeamId').forEach((teamId) => found.teamIds.add(teamId));
      [...textsOf('ChannelRoleArn'), ...textsOf('FormerChannelRoleArn')].forEach((arn) => found.roles.set(arn, 'supportapp.amazonaws.com'));
    }
    if (['Custom::ChimeChannel', 'AWS::Chime::Channel', 'AWS::Chime::AppInstanceUser', 'AWS::Chime::AppInstanceBot'].includes(type)) {
      textsOf('AppInstanceArn').forEach((arn) => found.appInstanceArns.add(arn));
      [...textsOf('ChimeBearer'), ...textsOf('MemberArns'), ...textsOf('ModeratorArns')].forEach((arn) => found.userArns.add(arn));
      textsOf('ChannelFlowArn').forEach((arn) => found.channelFlowArns.add(arn));
    }
    if (type === 'AWS::Lambda::Function') {
      textsOf('Role').forEach((arn) => found.roles.set(arn, 'lambda.amazonaws.com'));
    }
  }
  return found;
}
