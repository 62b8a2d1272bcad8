import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { run, WORKSHOP } from './workshop';

export const EMPTY = 'empty process, one request';
export const LIBRARY_HANDLER = 'this library, alias';

interface Handler {
  readonly name: string;
  readonly file?: string;
  readonly exportName?: string;
  readonly resourceType?: string;
  readonly properties?: object;
  readonly env?: Record<string, string>;
}

export interface HandlerRun {
  /** Milliseconds of the handler's import. */
  readonly imported: number;
  /** Milliseconds from the start of the process to the first answer to a signed request. */
  readonly sinceStart: number;
  /** CPU time from the start of the program to that answer. */
  readonly cpu: number;
  readonly memory: number;
}

export interface HandlerResult {
  readonly name: string;
  /** Of the files that are deployed. */
  readonly bytes: number;
  readonly runs: HandlerRun[];
}

const APP_INSTANCE = 'arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90';
const BEARER = `${APP_INSTANCE}/user/deployer`;
const LIBRARY_FILE = 'node_modules/cdk-support-channels/assets/handler/index.js';
const CHIME_PROPERTIES = { AppInstanceArn: APP_INSTANCE, ChimeBearer: BEARER, Name: 'On call', Mode: 'RESTRICTED', Privacy: 'PRIVATE' };

const HANDLERS: Handler[] = [
  { name: EMPTY },
  {
    name: LIBRARY_HANDLER,
    file: LIBRARY_FILE,
    exportName: 'handler',
    resourceType: 'Custom::SupportAppAccountAlias',
    properties: { AccountAlias: 'acme production' },
  },
  { name: 'this library, Chime', file: LIBRARY_FILE, exportName: 'handler', resourceType: 'Custom::ChimeChannel', properties: CHIME_PROPERTIES },
  { name: 'official client, bundled', file: 'sdk-handler/index.js', exportName: 'handler', resourceType: 'Custom::ChimeChannel', properties: CHIME_PROPERTIES },
  {
    name: 'AwsCustomResource, runtime\'s SDK',
    file: 'node_modules/aws-cdk-lib/custom-resource-handlers/dist/custom-resources/aws-custom-resource-handler/index.js',
    exportName: 'handler',
    resourceType: 'Custom::ChimeChannel',
    properties: {
      InstallLatestAwsSdk: 'false',
      Create: JSON.stringify({
        service: 'chime-sdk-messaging',
        action: 'createChannel',
        parameters: { ...CHIME_PROPERTIES, ClientRequestToken: 'token' },
        physicalResourceId: { id: 'Chime' },
      }),
    },
  },
  {
    name: 'provider framework, runtime\'s SDK',
    file: 'node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime/framework.js',
    exportName: 'onEvent',
    resourceType: 'Custom::ChimeChannel',
    properties: CHIME_PROPERTIES,
    env: { USER_ON_EVENT_FUNCTION_ARN: 'arn:aws:lambda:us-east-1:111122223333:function:handler' },
  },
  {
    name: 'cdk-amazon-chime-resources',
    file: 'node_modules/cdk-amazon-chime-resources/assets/resources/messaging/index.js',
    exportName: 'handler',
    resourceType: 'Custom::MessagingResources',
    properties: { uid: 'uid', resourceType: 'AppInstance', properties: { name: 'acme', clientRequestToken: 'token' } },
  },
];

/** Runs each handler in fresh processes, against a server on this machine that speaks HTTPS, as AWS does. */
export async function measureHandlers(rounds: number, progress: (text: string) => void): Promise<HandlerResult[]> {
  const server = await SecureServer.start();
  try {
    const results = HANDLERS.map((handler) => ({ name: handler.name, bytes: handler.file ? bytesOf(handler.file) : 0, runs: [] as HandlerRun[] }));
    for (let round = 0; round < rounds; round++) {
      progress(`handlers, round ${round + 1}`);
      for (const [index, handler] of HANDLERS.entries()) {
        const parameters = handler.file ? [join(WORKSHOP, handler.file), handler.exportName!, JSON.stringify(eventOf(handler, server.url))] : [];
        results[index].runs.push(await run<HandlerRun>('handler.js', parameters, { ...server.env, ...handler.env }));
      }
    }
    return results;
  } finally {
    await server.stop();
  }
}

/** As AWS deploys code: the file, or its folder. */
function bytesOf(file: string): number {
  const folder = join(WORKSHOP, file, '..');
  return readdirSync(folder).filter((name) => name.endsWith('.js')).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function eventOf({ resourceType, properties }: Handler, url: string): object {
  return {
    RequestType: 'Create',
    ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:handler',
    ResponseURL: `${url}/response`,
    StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90',
    RequestId: 'f3b1a2c4-0000-4000-8000-000000000000',
    LogicalResourceId: 'Resource',
    ResourceType: resourceType,
    ResourceProperties: { ServiceToken: 'arn', ...properties },
  };
}

/** Answers whatever it is asked with the least that lets a Create succeed. */
class SecureServer {
  public static async start(): Promise<SecureServer> {
    const { generate } = createRequire(join(WORKSHOP, 'index.js'))('selfsigned');
    const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256', keySize: 2048, extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const server = new SecureServer(certificate.private, certificate.cert);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  private readonly server: Server;
  private readonly certificateFile = join(WORKSHOP, 'certificate.pem');

  private constructor(key: string, cert: string) {
    writeFileSync(this.certificateFile, cert);
    this.server = createServer({ key, cert }, (request, response) => {
      request.resume().on('end', () => {
        const isAlias = request.url?.includes('account-alias');
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(isAlias ? '{}' : JSON.stringify({ ChannelArn: `${APP_INSTANCE}/channel/1`, AppInstanceArn: APP_INSTANCE }));
      });
    });
  }

  public get url(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  public get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      NODE_EXTRA_CA_CERTS: this.certificateFile,
    };
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
