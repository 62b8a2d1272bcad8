'use strict';

/**
 * Runs a handler in this process for one event until the first answer to a signed request, and prints what that took:
 * node handler.js <file> <export> <event>. Without a file it sends one request without a signature, as the least that a process can do.
 */

const scriptStart = process.cpuUsage();
const [file, name, eventText] = process.argv.slice(2);
const log = console.log;
let imported = 0;

require('node:diagnostics_channel').subscribe('http.client.response.finish', ({ request }) => {
  if (file && !request.getHeader('authorization')) {
    return;
  }
  const sinceStart = performance.now();
  const { user, system } = process.cpuUsage(scriptStart);
  log(JSON.stringify({ imported, sinceStart, cpu: (user + system) / 1000, memory: process.resourceUsage().maxRSS / 1024 }));
  process.exit(0);
});

if (file) {
  const event = JSON.parse(eventText);
  console.log = () => {};
  const start = performance.now();
  const handler = require(file)[name];
  imported = performance.now() - start;
  Promise.resolve(handler(event, {
    getRemainingTimeInMillis: () => 120_000, functionName: 'handler', logStreamName: 'stream', awsRequestId: 'id', logGroupName: 'group',
  })).finally(() => {
    process.stderr.write('no signed request was answered');
    process.exit(1);
  });
} else {
  require('node:https').get(process.env.AWS_ENDPOINT_URL, (response) => response.resume());
}
