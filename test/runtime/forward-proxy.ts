import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy for http on the loopback interface, which sends on what it gets. */
export class ForwardProxy {
  public static async start(): Promise<ForwardProxy> {
    const proxy = new ForwardProxy();
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** What it was asked for, such as `PUT http://127.0.0.1:4567`. */
  public readonly requests: string[] = [];
  private readonly server: Server = createServer((incoming, answer) => this.forward(incoming, answer));

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url, headers } = incoming;
    this.requests.push(`${method} ${new URL(url!).origin}`);
    const outgoing = request(url!, { method, headers }, (response) => {
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }
}
