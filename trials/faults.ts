import type { PlannedFault } from './history';
import type { LocalAws } from '../local-aws/local-aws';
import type { Fault } from '../local-aws/services/faults';

type ServiceFault = Exclude<PlannedFault['kind'], 'stack API' | 'response bucket' | 'member'>;

export const FAULTS: Record<ServiceFault, Fault> = {
  'throttle': { kind: 'throttle' },
  'status 500': { kind: 'status', status: 500 },
  'status 503': { kind: 'status', status: 503, retryAfter: 1 },
  'reset before': { kind: 'reset' },
  'reset after': { kind: 'reset', phase: 'after' },
  'lost reply': { kind: 'loseReply' },
  'truncated': { kind: 'truncate' },
};

/** Lets a fault strike after some requests, except one of a member: only the world knows whom it has. */
export function injectFault({ services, cloudFormation }: LocalAws, { kind, after, count }: PlannedFault): void {
  switch (kind) {
    case 'member': break;
    case 'stack API':
      cloudFormation.api.inject({ kind: after % 2 ? 'throttle' : 'reset', times: count });
      break;
    case 'response bucket':
      // The handler that is told to fail sends its answer once.
      cloudFormation.bucket.inject({
        kind: after % 2 ? 'status' : 'reset', statusCode: 503, times: count, when: (logicalId) => logicalId !== 'Failure',
      });
      break;
    default: services.faults.inject({ fault: FAULTS[kind], count, when: passing(after) });
  }
}

/** Lets some calls pass, and no other. */
export function passing(count: number): () => boolean {
  let left = count;
  return () => {
    left -= 1;
    return left < 0;
  };
}
