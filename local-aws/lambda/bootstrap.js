/**
 * The Node.js runtime of the local Lambda: one process, one invocation at a time, as in an execution environment of the service.
 * Plain JavaScript, since it is started as it stands. It talks to its parent over the IPC channel and ends with it.
 */
'use strict';

const path = require('node:path');
const clock = require('./skipping-clock');
const util = require('node:util');

// The function's code must neither use nor close the channel.
const send = process.send.bind(process);
const channel = process.channel;
const exit = process.exit.bind(process);
delete process.send;

let handler;
let current;
const skipsWaits = process.argv.includes('--skip-waits');
if (skipsWaits) {
  clock.install();
}

process.on('disconnect', () => exit(0));
process.on('message', (message) => {
  if (message.type === 'init') {
    init(message);
  } else {
    void invoke(message);
  }
});

function init({ environment, codeDirectory, handlerName }) {
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) {
      delete process.env[name];
    }
  }
  Object.assign(process.env, environment);
  // A process that served another function loads its code anew, so that no module state passes from one to the other.
  for (const file of Object.keys(require.cache)) {
    if (file !== __filename && file !== require.resolve('./skipping-clock')) {
      delete require.cache[file];
    }
  }
  handler = undefined;
  try {
    process.chdir(codeDirectory);
    handler = load(codeDirectory, handlerName);
    send({ type: 'ready' });
  } catch (error) {
    send({ type: 'initError', error: describe(error) });
  }
}

function load(codeDirectory, handlerName) {
  const [file, name] = handlerName.split('.');
  let module;
  try {
    module = require(path.join(codeDirectory, file));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw runtimeError('Runtime.UserCodeSyntaxError', String(error));
    }
    if (error.code === 'MODULE_NOT_FOUND') {
      throw runtimeError('Runtime.ImportModuleError', `Error: ${error.message.split('\n')[0]}`);
    }
    throw error;
  }
  if (module[name] === undefined) {
    throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (typeof module[name] !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  }
  if (module[name].length >= 3) {
    throw runtimeError('Runtime.CallbackHandlerDeprecated', 'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. '
      + 'You need to modify this function to use a supported handler signature to use Node.js 24 or later.');
  }
  return module[name];
}

async function invoke({ requestId, event, deadline, context }) {
  current = requestId;
  // From here on only the handler's own work keeps the process alive: an exit tells of a promise that nothing can settle.
  channel.unref();
  if (skipsWaits) {
    clock.start(deadline, () => finish({ type: 'timeout' }));
  }
  try {
    const result = await handler(JSON.parse(event), {
      ...context,
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    finish({ type: 'result', payload: JSON.stringify(result === undefined ? null : result) });
  } catch (error) {
    console.error('Invoke Error', error);
    finish({ type: 'error', error: describe(error) });
  }
}

function finish(message) {
  clock.stop();
  channel.ref();
  send({ ...message, requestId: current });
  current = undefined;
}

function die(type, error, status) {
  channel.ref();
  send({ type: 'fatal', requestId: current, error: { ...describe(error), errorType: type } }, () => exit(status));
}

process.on('uncaughtException', (error) => die(error && error.name ? error.name : 'Runtime.UnhandledException', error, 129));
process.on('unhandledRejection', (error) => die('Runtime.UnhandledPromiseRejection', error, 128));
process.on('beforeExit', () => die('Runtime.NodeJsExit',
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled.', 0));

function describe(error) {
  if (error instanceof Error || util.types.isNativeError(error)) {
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function runtimeError(name, message) {
  const error = new Error(message);
  error.name = name;
  return error;
}

// Output goes over the same channel as results, so that it is never later than the end of its invocation.
for (const stream of ['stdout', 'stderr']) {
  process[stream].write = (chunk, encoding, callback) => {
    send({ type: 'log', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done) {
      process.nextTick(done);
    }
    return true;
  };
}
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
for (const [method, level] of [['trace', 'TRACE'], ['debug', 'DEBUG'], ['log', 'INFO'], ['info', 'INFO'], ['warn', 'WARN'], ['error', 'ERROR']]) {
  console[method] = (...args) => {
    const timestamp = new Date().toISOString();
    if (process.env.AWS_LAMBDA_LOG_FORMAT !== 'JSON') {
      process.stdout.write(`${timestamp}\t${current}\t${level}\t${util.format(...args)}\n`);
    } else if (LEVELS.indexOf(level) >= LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL || 'INFO')) {
      const message = args.length === 1 && typeof args[0] === 'object' && !(args[0] instanceof Error) ? args[0] : util.format(...args);
      process.stdout.write(`${JSON.stringify({ timestamp, level, requestId: current, message })}\n`);
    }
  };
}
