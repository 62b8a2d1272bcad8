import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws-error';
import { LocalChimeSdkMessaging, LocalChimeSdkMessagingOptions } from './chime-sdk-messaging';
import { Fault, Faults, phaseOf } from './faults';
import { RequestLog } from './request-log';
import { Caller, LocalService, type ServiceCall } from './service';
import { Signer, verifySignature } from './sigv4';
import { Route, Structure } from './smithy';
import { LocalSupportApp, LocalSupportAppOptions } from './support-app';
import { validateInput } from './validation';
import { readBody } from '../http';
import { Identities, type Identity } from '../identity';

export interface LocalServicesOptions {
  /** @default - new ones */
  readonly identities?: Identities;
  readonly supportApp?: Omit<LocalSupportAppOptions, 'now'>;
  readonly chime?: Omit<LocalChimeSdkMessagingOptions, 'now'>;
  /** Seconds by which a signer's clock may differ. @default 300 */
  readonly allowedClockSkew?: number;
  /** The clock that signatures and role propagation are judged by. @default - the system's */
  readonly now?: () => Date;
}

/** The response to a request. */
interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** How a response ends whose body stops half-way. */
  readonly cut?: 'closed' | 'complete';
}

/** What a request gets: a response, a connection that ends without one, or nothing at all. */
type Delivery = Reply | 'reset' | 'close' | 'hang';

/** The AWS Support App and Amazon Chime SDK messaging on a loopback port; the path tells which of them a request is for. */
export class LocalServices {
  public static async start(options: LocalServicesOptions = {}): Promise<LocalServices> {
    const services = new LocalServices(options);
    await new Promise<void>((resolve, reject) => {
      services.server.once('error', reject);
      services.server.listen(0, '127.0.0.1', resolve);
    });
    services.url = `http://127.0.0.1:${(services.server.address() as AddressInfo).port}`;
    return services;
  }

  public readonly supportApp: LocalSupportApp;
  public readonly chime: LocalChimeSdkMessaging;
  public readonly identities: Identities;
  public readonly faults = new Faults();
  public readonly requests = new RequestLog();

  /** Hears of each call that a service has decided, such as CloudTrail. */
  public onCall?: (call: ServiceCall) => void;

  /** Milliseconds by which the servers' clock is ahead of `now`, to play a caller whose own clock is wrong. */
  public clockOffset = 0;

  private url = '';
  private readonly server: http.Server;
  private readonly stopping = new AbortController();

  private constructor(private readonly options: LocalServicesOptions) {
    const now = () => this.now();
    this.identities = options.identities ?? new Identities();
    this.supportApp = new LocalSupportApp({ ...options.supportApp, now });
    this.chime = new LocalChimeSdkMessaging({ ...options.chime, now });
    this.server = http.createServer((request, response) => {
      this.serve(request, response).catch((error: Error) => {
        if (!this.stopping.signal.aborted) {
          // A bug of the local services, not of their caller: it must be seen.
          console.error(error);
          send(response, { status: 500, headers: this.commonHeaders(), body: JSON.stringify({ message: String(error.stack) }) });
        }
      });
    });
  }

  public get endpoints(): { readonly supportApp: string; readonly chimeSdkMessaging: string } {
    return { supportApp: this.url, chimeSdkMessaging: this.url };
  }

  /** Ends the server with all its connections, the hanging ones too. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** Does what somebody asks for in the console: the same operation in their name, without a request. */
  public act(identity: Identity, region: string, operation: string, input: Structure): Structure {
    const service = [this.supportApp, this.chime].find((candidate) => candidate.implements(operation));
    if (!service) {
      throw new Error(`no local service has the operation ${operation}`);
    }
    return this.call(service, operation, input, { identity, region });
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const wire = { method: request.method ?? '', url: request.url ?? '/', headers: request.headers };
    const body = await readBody(request);
    const service: LocalService = wire.url.startsWith('/control/') ? this.supportApp : this.chime;
    const route = service.model.route(wire.method, wire.url);
    let signer: Signer | undefined;
    let input: Structure = {};
    let fault: Fault | undefined;
    let committed = false;
    let delivery: Delivery | undefined;
    try {
      signer = verifySignature({ ...wire, body }, {
        identities: this.identities,
        services: [service.model.signingName],
        regions: service.regions,
        now: this.now(),
        allowedClockSkew: this.options.allowedClockSkew,
      });
      if (!route || !service.implements(route.operation.name)) {
        throw new AwsError('UnknownOperationException', `${wire.method} ${wire.url.split('?')[0]} is no operation of the local service`);
      }
      input = service.model.readInput(route, { headers: request.headers, body });
      const { identity: { accountId }, region } = signer;
      fault = this.faults.take({ service: service.model.signingName, operation: route.operation.name, accountId, region, input });
      delivery = fault && phaseOf(fault) === 'before' ? await this.strike(fault, service) : undefined;
      if (!delivery) {
        const changesBehind = fault?.kind === 'lag' ? fault.changes : undefined;
        const reply = this.execute(service, route, input, { ...signer, changesBehind });
        committed = reply.status < 300;
        delivery = (fault && phaseOf(fault) === 'after' ? await this.strike(fault, service, reply) : undefined) ?? reply;
      }
    } catch (error) {
      if (!(error instanceof AwsError)) {
        throw error;
      }
      delivery = this.errorReply(service, error);
    }
    const errorCode = typeof delivery === 'object' ? delivery.headers['x-amzn-ErrorType'] : undefined;
    this.requests.entries.push({
      service: service.model.signingName,
      operation: route?.operation.name ?? '',
      accountId: signer?.identity.accountId ?? '',
      region: signer?.region ?? '',
      input: route ? service.model.redact(route.operation.input, input) : {},
      wire: { ...wire, body: body.toString('utf8') },
      outcome: {
        ...(typeof delivery === 'object' ? { status: delivery.status } : {}),
        ...(errorCode ? { errorCode } : {}),
        ...(fault ? { fault: fault.kind } : {}),
        committed,
      },
    });
    deliver(response, delivery);
  }

  /** Runs an operation. It has no await: requests that arrive together act one after the other. */
  private execute(service: LocalService, { operation }: Route, raw: Structure, caller: Caller): Reply {
    try {
      const { input, violation } = validateInput(service.model, operation.input, raw);
      if (violation) {
        throw new AwsError(service.validationError, violation);
      }
      const body = service.model.writeOutput(operation, this.call(service, operation.name, input, caller));
      return { status: operation.successStatus, headers: this.commonHeaders(), body };
    } catch (error) {
      if (!(error instanceof AwsError)) {
        throw error;
      }
      return this.errorReply(service, error);
    }
  }

  /** Runs an operation on a valid input, and tells of it. */
  private call(service: LocalService, operation: string, input: Structure, caller: Caller): Structure {
    const { identity, region } = caller;
    const call = { service: service.model.signingName, operation, input, identity, region };
    try {
      const output = service.call(operation, input, caller);
      this.onCall?.(call);
      return output;
    } catch (error) {
      if (error instanceof AwsError) {
        this.onCall?.({ ...call, errorCode: error.code, errorMessage: error.message });
      }
      throw error;
    }
  }

  /** What a fault makes of a request; `undefined` when the request goes on as usual. */
  private async strike(fault: Fault, service: LocalService, reply?: Reply): Promise<Delivery | undefined> {
    switch (fault.kind) {
      case 'throttle':
        return this.withRetryAfter(this.errorReply(service, new AwsError(fault.code ?? 'ThrottledClientException', 'Rate exceeded')), fault.retryAfter);
      case 'status': {
        const page = `<html><head><title>${fault.status} ${http.STATUS_CODES[fault.status]}</title></head><body></body></html>`;
        const headers = { ...this.commonHeaders(), 'Content-Type': 'text/html' };
        return this.withRetryAfter({ status: fault.status, headers, body: fault.body ?? page }, fault.retryAfter);
      }
      case 'error':
        return this.errorReply(service, new AwsError(fault.code, fault.message ?? `${fault.code} was injected`, fault.status));
      case 'skew': {
        const there = new Date(this.now().getTime() + fault.seconds * 1000);
        const refused = this.errorReply(service, new AwsError('InvalidSignatureException',
          `Signature ${fault.seconds > 0 ? 'expired' : 'not yet current'}: the time of this server is ${there.toISOString()}`));
        return { ...refused, headers: { ...refused.headers, Date: there.toUTCString() } };
      }
      case 'truncate':
        return reply && { ...reply, cut: fault.ending ?? 'closed' };
      case 'delay':
        await sleep(fault.milliseconds, undefined, { signal: this.stopping.signal });
        return undefined;
      case 'lag':
        return undefined;
      case 'loseReply':
        return 'close';
      default:
        return fault.kind;
    }
  }

  private errorReply(service: LocalService, error: AwsError): Reply {
    const { status, body } = service.model.writeError(error);
    return { status, headers: { ...this.commonHeaders(), 'x-amzn-ErrorType': error.code }, body };
  }

  private withRetryAfter(reply: Reply, seconds: number | undefined): Reply {
    return seconds === undefined ? reply : { ...reply, headers: { ...reply.headers, 'Retry-After': String(seconds) } };
  }

  private commonHeaders(): Record<string, string> {
    return { 'Content-Type': 'application/json', 'Date': this.now().toUTCString(), 'x-amzn-RequestId': randomUUID() };
  }

  private now(): Date {
    return new Date((this.options.now ?? (() => new Date()))().getTime() + this.clockOffset);
  }
}

function deliver(response: http.ServerResponse, delivery: Delivery) {
  switch (delivery) {
    case 'hang':
      // Nothing follows; this much tells a function whose waits are skipped that it can stop waiting.
      response.writeProcessing();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'close':
      response.socket?.destroy();
      return;
    default:
      send(response, delivery);
  }
}

function send(response: http.ServerResponse, { status, headers, body, cut }: Reply) {
  const bytes = Buffer.from(body);
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const sent = cut ? half : bytes;
  // A 204 has no body, so it says nothing about one.
  const length = status === 204 ? {} : { 'Content-Length': String(cut === 'complete' ? half.length : bytes.length) };
  response.writeHead(status, { ...headers, ...length });
  if (cut === 'closed') {
    response.flushHeaders();
    response.write(half, () => response.socket?.destroy());
    return;
  }
  response.end(sent);
}
