import { Invocation } from '../../lambda/invocation';
import { Identity } from '../../local-aws/identity';

/** Gives the handler's clients their credentials as Lambda does, through the environment. */
export function useCredentials(identity: Pick<Identity, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>) {
  process.env.AWS_ACCESS_KEY_ID = identity.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = identity.secretAccessKey;
  delete process.env.AWS_SESSION_TOKEN;
  if (identity.sessionToken !== undefined) {
    process.env.AWS_SESSION_TOKEN = identity.sessionToken;
  }
}

/** Removes what would lead the handler's clients elsewhere, on a machine that is set up for AWS. */
export function clearEnvironment() {
  for (const name of Object.keys(process.env).filter((candidate) => /^(AWS_(?!SDK_)|SUPPORT_APP_REGION$)/.test(candidate))) {
    delete process.env[name];
  }
  // The SDK with which the handler's clients are compared announces its end when its first client is made.
  process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
}

let running = new AbortController();

/** An invocation of as much time as a test may need, in which a denied call is not repeated. */
export function invocation(change: Partial<Invocation> = {}): Invocation {
  return { deadline: Date.now() + 60_000, propagationDeadline: 0, signal: running.signal, ...change };
}

/** Ends what a test that failed has left running, which would try again until its deadline, beyond the end of all tests. */
export function endInvocations() {
  running.abort();
  running = new AbortController();
}

/** Waits of no time between tries. */
export function withoutWaits() {
  jest.spyOn(Math, 'random').mockReturnValue(0);
}

/** Waits so long that no second try fits before any deadline. */
export function withoutRetries() {
  jest.spyOn(Math, 'random').mockReturnValue(1e6);
}

/** Keeps the handler's log from the test's output. */
export function captureLog(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  captureMetrics();
  return lines;
}

/** What the handler counts from here on, metric by metric, in the embedded metric format. */
export function captureMetrics(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)));
    return true;
  });
  return lines;
}
