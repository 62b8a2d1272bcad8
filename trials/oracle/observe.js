/**
 * Preloaded into the processes that MiniStack starts for functions. Before the handler runs it tells the observer the event and whose
 * credentials the function has, and gets the event back with a ResponseURL through which the observer sees the answer.
 * Plain JavaScript, since it is started as it stands.
 */
'use strict';

const Module = require('node:module');

const { ORACLE_OBSERVER: observer, LAMBDA_TASK_ROOT: taskRoot } = process.env;
const load = Module._load;

if (observer && taskRoot) {
  Module._load = function (request, ...more) {
    const loaded = load.call(this, request, ...more);
    return /index(\.js)?$/.test(request) && typeof loaded?.handler === 'function' ? { ...loaded, handler: observed(loaded.handler) } : loaded;
  };
}

function observed(handler) {
  return async (event, context) => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_LAMBDA_FUNCTION_NAME } = process.env;
    const response = await fetch(`${observer}/event`, {
      method: 'POST',
      body: JSON.stringify({
        event,
        functionName: AWS_LAMBDA_FUNCTION_NAME,
        credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN },
      }),
    });
    return handler(await response.json(), context);
  };
}
