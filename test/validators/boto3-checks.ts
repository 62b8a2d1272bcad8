import { join } from 'node:path';
import { ROOT, runSuccessfully, TYPESCRIPT } from './command';
import type { Programs } from './template-checks';

/** The handler's requests and boto3's, call by call. */
export async function compareClients(programs: Programs): Promise<string> {
  return lastLine(await runSuccessfully(programs('python'), [join(ROOT, 'test', 'clients', 'boto3_check.py')]));
}

/** What boto3 reads of a deployed example. */
export async function readDeployment(programs: Programs): Promise<string> {
  const server = [process.execPath, ...TYPESCRIPT, join(__dirname, 'deployment-server.ts')];
  return lastLine(await runSuccessfully(programs('python'), [join(__dirname, 'read_deployment.py'), ...server]));
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)!;
}
