import { accountAlias } from './account-alias';
import { ACCOUNT_ALIAS_TYPE, CHIME_CHANNEL_TYPE, SLACK_CHANNEL_CONFIGURATION_TYPE, SLACK_WORKSPACE_TYPE } from '../src/contract';
import { ChimeSDKMessagingClient } from './aws/chime-sdk-messaging';
import { toAmzDate } from './aws/client';
import { SupportAppClient, supportAppRegion } from './aws/support-app';
import { chimeChannel } from './chime-channel';
import { CustomResourceEvent, CustomResourceResult, respond } from './custom-resource';
import { explain } from './errors';
import { Invocation, pause } from './invocation';
import { failedPhysicalId, parsePhysicalId } from './physical-id';
import { note, ResourceHandler, Services } from './resource-handler';
import { slackChannelConfiguration } from './slack-channel-configuration';
import { slackWorkspace } from './slack-workspace';
import { stackOf } from './stack';
import { UserError } from './user-error';

const RESOURCE_HANDLERS: Record<string, ResourceHandler> = {
  // No inherited member is a resource type.
  __proto__: null as never,
  [SLACK_WORKSPACE_TYPE]: slackWorkspace,
  [SLACK_CHANNEL_CONFIGURATION_TYPE]: slackChannelConfiguration,
  [ACCOUNT_ALIAS_TYPE]: accountAlias,
  [CHIME_CHANNEL_TYPE]: chimeChannel,
};

/** Beyond it, an event was held up or is repeated, and the stack may have given up. */
const LATE = 10_000;

/** How long a denied call may be a matter of permissions that have not spread yet. */
const PROPAGATION_TIME = 60_000;

/** Answers each event once, before Lambda ends the function. */
export async function handler(event: CustomResourceEvent, context: { getRemainingTimeInMillis(): number }): Promise<void> {
  const start = Date.now();
  const remaining = context.getRemainingTimeInMillis();
  // The time is shared out backwards: the answer comes last, what takes back partial work before it, and the work itself first.
  const end = start + remaining - Math.min(1_000, remaining / 10);
  const answerBy = end - Math.min(10_000, remaining / 5);
  const workUntil = answerBy - Math.min(15_000, remaining / 5);
  const abort = new AbortController();
  const invocation: Invocation = {
    deadline: workUntil,
    propagationDeadline: start + Math.min(PROPAGATION_TIME, remaining / 3),
    signal: abort.signal,
  };
  // Without the RequestId, which is the client token of a Chime channel; Lambda puts its own request id before each line.
  console.log(JSON.stringify(event, ['RequestType', 'ResourceType', 'LogicalResourceId']));

  const outcome = await Promise.race([
    work(event, invocation, { ...invocation, deadline: answerBy }).then((result) => ({ result }), (error: unknown) => ({ error })),
    pause(Math.max(0, answerBy - start), abort.signal).then(() => ({
      error: new UserError('The handler ran out of time. Deploy again later, or give ChannelsProvider a longer timeout.'),
    })),
  ]);
  // Whatever still runs ends here: it must not go on when Lambda thaws the process for another event.
  abort.abort();
  const failedId = event.PhysicalResourceId ?? failedPhysicalId(event.LogicalResourceId);
  await respond(event, 'error' in outcome
    ? { status: 'FAILED', reason: explain(outcome.error), physicalResourceId: failedId }
    : { status: 'SUCCESS', ...outcome.result }, end);
}

async function work(event: CustomResourceEvent, invocation: Invocation, undoInvocation: Invocation): Promise<CustomResourceResult> {
  const resourceHandler = RESOURCE_HANDLERS[event.ResourceType];
  const services = servicesOf(event, invocation, undoInvocation);
  const id = parsePhysicalId(event.PhysicalResourceId);
  if (event.RequestType === 'Delete') {
    if (resourceHandler && id?.resourceType === event.ResourceType && !(id.ownership === 'created' && await services.ownStack.hasDeleted())) {
      await resourceHandler.onDelete(event, id, services);
    } else {
      note('nothing to delete');
    }
    return { physicalResourceId: event.PhysicalResourceId! };
  }
  if (!resourceHandler) {
    throw new UserError(`Unknown resource type ${event.ResourceType}. Use ${Object.keys(RESOURCE_HANDLERS).join(' or ')}.`);
  }
  if (isLate(event) && await services.ownStack.resourceStatus() !== `${event.RequestType.toUpperCase()}_IN_PROGRESS`) {
    throw new UserError('The stack no longer waits for this event.');
  }
  switch (event.RequestType) {
    case 'Create': return resourceHandler.onCreate(event, services);
    case 'Update': return resourceHandler.onUpdate(event, services);
    default: throw new UserError(`Unknown request type ${String(event.RequestType)}. CloudFormation sends Create, Update or Delete.`);
  }
}

/** Whether CloudFormation may have given up by now; the signature of the response URL tells when it sent the event. */
function isLate({ ResponseURL: responseUrl }: CustomResourceEvent): boolean {
  const sent = /X-Amz-Date=(\w+)/.exec(responseUrl);
  return sent !== null && sent[1] < toAmzDate(Date.now() - LATE);
}

function servicesOf(event: CustomResourceEvent, invocation: Invocation, undoInvocation: Invocation): Services {
  return {
    supportApp: new SupportAppClient({ region: supportAppRegion(), invocation }),
    chimeSDKMessaging: (region) => new ChimeSDKMessagingClient({ region, invocation }),
    ownStack: stackOf(event, invocation),
    undo: async (action) => {
      await action(servicesOf(event, undoInvocation, undoInvocation)).catch(() => note('undo failed'));
    },
  };
}
