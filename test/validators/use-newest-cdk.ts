/** Required before a program: it uses the aws-cdk-lib that `npm run test:newest` installs, and so do the libraries that it uses. */
import Module from 'node:module';
import { join } from 'node:path';

type Resolve = (request: string, ...others: unknown[]) => string;

const NEWEST = join(__dirname, '..', '..', '.tmp', 'newest-cdk', 'node_modules');
const loader = Module as unknown as { _resolveFilename: Resolve };
const resolve = loader._resolveFilename;
loader._resolveFilename = function (request, ...others) {
  return resolve.call(this, /^(aws-cdk-lib|constructs)($|\/)/.test(request) ? join(NEWEST, request) : request, ...others);
};
