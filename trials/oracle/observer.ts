import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HandlerRequest } from './engine';
import { readBody } from '../../local-aws/http';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What `observe.js` tells of an event that has reached a function. */
interface Arrival {
  readonly event: {
    readonly RequestType: string;
    readonly LogicalResourceId: string;
    readonly PhysicalResourceId?: string;
    readonly StackId: string;
    readonly ResponseURL: string;
    readonly ResourceProperties: Record<string, unknown>;
  };
  readonly functionName: string;
  readonly credentials: Credentials;
}

/** Hears of a function that is about to run. */
export type ArrivalListener = (accountId: string, arrival: Arrival) => Promise<void>;

/** Takes note of what MiniStack asks the handler and how the handler answers, on a loopback port. */
export class Observer {
  public static async start(onArrival: ArrivalListener): Promise<Observer> {
    const observer = new Observer(onArrival);
    await new Promise<void>((resolve, reject) => observer.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return observer;
  }

  public readonly requests: HandlerRequest[] = [];
  private readonly responseUrls: string[] = [];
  private readonly server: http.Server;

  private constructor(private readonly onArrival: ArrivalListener) {
    this.server = http.createServer((request, response) => {
      this.serve(request).then(
        ({ status, body }) => response.writeHead(status).end(body),
        (error: Error) => {
          // The handler would take it for a fault of CloudFormation's.
          console.error(error);
          response.writeHead(500).end();
        },
      );
    });
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: http.IncomingMessage): Promise<{ status: number; body: string }> {
    const body = await readBody(request);
    if (request.url === '/event') {
      const arrival = JSON.parse(body.toString()) as Arrival;
      const { event } = arrival;
      await this.onArrival(event.StackId.split(':')[4], arrival);
      const index =
        this.requests.push({
          requestType: event.RequestType,
          logicalId: event.LogicalResourceId,
          physicalId: event.PhysicalResourceId,
          stackId: event.StackId,
          answers: [],
        }) - 1;
      this.responseUrls[index] = event.ResponseURL;
      return { status: 200, body: JSON.stringify({ ...event, ResponseURL: `${this.url}/answer/${index}` }) };
    }
    const index = Number(request.url?.split('/').at(-1));
    const answer = await fetch(this.responseUrls[index], {
      method: request.method,
      body,
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    });
    this.requests[index].answers.push({ status: answer.status, bytes: body.length });
    return { status: answer.status, body: await answer.text() };
  }
}
