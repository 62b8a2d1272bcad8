import { ChimeSDKMessagingClient } from './aws/chime-sdk-messaging';
import { SupportAppClient, supportAppRegion } from './aws/support-app';
import { note, onCreate, onDelete, onUpdate } from './core/lifecycle';
import { failedPhysicalId } from './core/physical-id';
import { ResourceType, Services } from './core/resource-type';
import { stackOf } from './core/stack';
import { CustomResourceEvent, CustomResourceResult, isLate, respond } from './custom-resource';
import { explain } from './errors';
import { Invocation, pause } from './invocation';
import { accountAlias } from './resources/account-alias';
import { chimeChannel } from './resources/chime-channel';
import { slackChannelConfiguration } from './resources/slack-channel-configuration';
import { slackWorkspace } from './resources/slack-workspace';
import { OUT_OF_TIME, UserError } from './user-error';

const RESOURCE_TYPES: ResourceType[] = [slackWorkspace, slackChannelConfiguration, accountAlias, chimeChannel];

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
      error: new UserError(OUT_OF_TIME),
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
  const type = RESOURCE_TYPES.find(({ name }) => name === event.ResourceType);
  const services = servicesOf(event, invocation, undoInvocation);
  if (event.RequestType === 'Delete') {
    if (type) {
      await onDelete(type, event, services);
    }
    return { physicalResourceId: event.PhysicalResourceId! };
  }
  if (!type) {
    throw new UserError('Unknown resource type ' + event.ResourceType);
  }
  if (isLate(event) && await services.stack.resourceStatus() !== event.RequestType.toUpperCase() + '_IN_PROGRESS') {
    throw new UserError('The stack no longer waits for this event.');
  }
  switch (event.RequestType) {
    case 'Create': return onCreate(type, event, services);
    case 'Update': return onUpdate(type, event, services);
    default: throw new UserError('Unknown request type ' + event.RequestType);
  }
}

function servicesOf(event: CustomResourceEvent, invocation: Invocation, undoInvocation: Invocation): Services {
  return {
    supportApp: new SupportAppClient({ region: supportAppRegion(), invocation }),
    chimeSDKMessaging: (region) => new ChimeSDKMessagingClient({ region, invocation }),
    stack: stackOf(event, invocation),
    undo: async (action) => {
      await action(servicesOf(event, undoInvocation, undoInvocation)).catch(() => note('undo failed'));
    },
  };
}
