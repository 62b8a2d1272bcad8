import type { DriftCheck } from '../src/contract';
import { ChimeSDKMessagingClient } from './aws/chime-sdk-messaging';
import { SupportAppClient, supportAppRegion } from './aws/support-app';
import { checkDrift } from './core/drift';
import { note, onCreate, onDelete, onUpdate, Work } from './core/lifecycle';
import { failedPhysicalId } from './core/physical-id';
import { ResourceType, Services } from './core/resource-type';
import { stackOf } from './core/stack';
import { CustomResourceEvent, CustomResourceResponse, CustomResourceResult, isLate, respond } from './custom-resource';
import { explain } from './errors';
import { Invocation, pause } from './invocation';
import { putMetrics } from './metrics';
import { accountAlias } from './resources/account-alias';
import { chimeChannel } from './resources/chime-channel';
import { slackChannelConfiguration } from './resources/slack-channel-configuration';
import { slackWorkspace } from './resources/slack-workspace';
import { OUT_OF_TIME, UserError } from './user-error';

const RESOURCE_TYPES: ResourceType[] = [slackWorkspace, slackChannelConfiguration, accountAlias, chimeChannel];

const typeOf = ({ ResourceType: resourceType }: CustomResourceEvent): ResourceType | undefined =>
  RESOURCE_TYPES.find(({ name }) => name === resourceType);

/** How long a denied call may be a matter of permissions that have not spread yet. */
const PROPAGATION_TIME = 60_000;

/** Answers each event of CloudFormation once, before Lambda ends the function; a check of drift has no answer. */
export async function handler(event: CustomResourceEvent | DriftCheck, context: { getRemainingTimeInMillis(): number }): Promise<void> {
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

  const workOn = (resourceEvent: CustomResourceEvent): Work => {
    const type = typeOf(resourceEvent)!;
    const services = servicesOf(resourceEvent, invocation, { ...invocation, deadline: answerBy });
    return { type, event: resourceEvent, services, declared: type.parse(resourceEvent.ResourceProperties) };
  };
  if ('Resources' in event) {
    await checkDrift(event, workOn);
    return;
  }
  const response = await Promise.race([
    manage(event, workOn).then((result): CustomResourceResponse => ({ Status: 'SUCCESS', ...result })),
    pause(Math.max(0, answerBy - start), abort.signal).then(() => Promise.reject(new UserError(OUT_OF_TIME))),
  ]).catch((error): CustomResourceResponse => {
    // Lambda's own metric of errors does not show what the handler has answered.
    putMetrics(event.StackId, { FailedEvents: 1 });
    return { Status: 'FAILED', Reason: explain(error), PhysicalResourceId: event.PhysicalResourceId ?? failedPhysicalId(event.LogicalResourceId) };
  });
  // Whatever still runs ends here: it must not go on when Lambda thaws the process for another event.
  abort.abort();
  await respond(event, response, end);
}

/** Carries out what the event asks for. */
async function manage(event: CustomResourceEvent, workOn: (event: CustomResourceEvent) => Work): Promise<CustomResourceResult> {
  const { RequestType: requestType } = event;
  if (requestType === 'Delete') {
    if (typeOf(event)) {
      await onDelete(workOn(event));
    }
    return { PhysicalResourceId: event.PhysicalResourceId! };
  }
  const act = requestType === 'Create' ? onCreate : requestType === 'Update' ? onUpdate : undefined;
  if (!typeOf(event) || !act) {
    throw new UserError('Unknown ' + (act ? 'resource type ' + event.ResourceType : 'request type ' + requestType));
  }
  const work = workOn(event);
  if (isLate(event) && await work.services.stack.resourceStatus() !== requestType.toUpperCase() + '_IN_PROGRESS') {
    throw new UserError('The stack no longer waits for this event.');
  }
  return act(work);
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
