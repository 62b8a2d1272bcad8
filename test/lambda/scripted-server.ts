import { createServer, IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';

export interface ScriptedAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * What a request gets: an answer, a reset, the end of the connection, nothing, or half an answer. The half of `cut` ends
 * with the connection, that of `stall` never goes on.
 */
export type Script = ScriptedAnswer | 'reset' | 'close' | 'hang' | 'cut' | 'stall';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on the loopback interface that says what it was told to say, one script per request and the last one again. */
export class ScriptedServer {
  public static async start(...scripts: Script[]): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(scripts);
    await new Promise<void>((resolve) => scripted.server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  public readonly requests: ReceivedRequest[] = [];
  private readonly server: Server;
  private readonly arrivals: (() => void)[] = [];

  private constructor(private readonly scripts: Script[]) {
    this.server = createServer((request, response) => {
      this.receive(request, response).catch(() => response.destroy());
    });
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next request's arrival. */
  public arrival(): Promise<void> {
    return new Promise((resolve) => this.arrivals.push(resolve));
  }

  /** The end of the next connection that begins. */
  public disconnection(): Promise<void> {
    return new Promise((resolve) => this.server.once('connection', (socket) => socket.once('close', () => resolve())));
  }

  public async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const script = this.scripts[Math.min(this.requests.length, this.scripts.length - 1)] ?? {};
    this.requests.push({
      method: request.method!, url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString('utf8'),
    });
    this.arrivals.splice(0).forEach((arrived) => arrived());
    switch (script) {
      case 'hang': return;
      case 'reset': request.socket.resetAndDestroy(); return;
      case 'close': request.socket.destroy(); return;
      case 'cut':
      case 'stall':
        response.writeHead(200, { 'Content-Length': '4' });
        response.write('{}', () => script === 'cut' && request.socket.destroy());
        return;
      default:
        response.writeHead(script.status ?? 200, script.headers);
        response.end(script.body ?? '{}');
    }
  }
}
