'use strict';

/**
 * Loads a library after the classes of aws-cdk-lib/core that every app needs, and prints what that took: node import.js [<library> <class>...].
 * The classes are asked for, as an app that uses them does: a library may load each when it is needed.
 */

const [library, ...classes] = process.argv.slice(2);
const { App, CfnResource, Resource, Stack } = require('aws-cdk-lib/core');
require('constructs');
if ([App, CfnResource, Resource, Stack].includes(undefined)) {
  throw new Error('no class');
}
const modules = Object.keys(require.cache).length;
const usage = process.cpuUsage();
const start = performance.now();
if (library) {
  const exported = require(library);
  const missing = classes.filter((name) => exported[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`no ${missing.join(', ')}`);
  }
}
const { user, system } = process.cpuUsage(usage);
console.log(JSON.stringify({ duration: performance.now() - start, cpu: (user + system) / 1000, modules: Object.keys(require.cache).length - modules }));
