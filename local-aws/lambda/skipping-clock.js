/**
 * A clock that skips waits: while a function waits for nothing but its own timers, `Date.now` and `setTimeout` jump to the next of them. What
 * needs time is then the work alone, and a deadline can be as far away as in production without anybody waiting for it.
 *
 * Work is what runs, and each request of `node:http` until its end, or until the server says with `102 Processing` that an answer may never come.
 */
'use strict';

const { subscribe } = require('node:diagnostics_channel');

const { setTimeout: startTimer, clearTimeout: stopTimer, setImmediate: afterEvents } = globalThis;
const { now } = Date;

const waits = new Set();
let skipped = 0;
let requests = 0;
let looks = false;
let run;

class Wait {
  constructor(callback, milliseconds, args) {
    this.callback = () => callback(...args);
    this.due = Date.now() + Math.max(1, Number(milliseconds) || 0);
    waits.add(this);
    this.start();
  }

  start() {
    stopTimer(this.timer);
    this.timer = startTimer(() => this.end(), Math.max(0, this.due - Date.now()));
  }

  end() {
    this.stop();
    this.callback();
    look();
  }

  stop() {
    stopTimer(this.timer);
    waits.delete(this);
    look();
  }

  ref() {
    this.timer.ref();
    return this;
  }

  unref() {
    this.timer.unref();
    return this;
  }
}

function install() {
  Date.now = () => now() + skipped;
  globalThis.setTimeout = (callback, milliseconds, ...args) => {
    const wait = new Wait(callback, milliseconds, args);
    look();
    return wait;
  };
  globalThis.clearTimeout = (wait) => (wait instanceof Wait ? wait.stop() : stopTimer(wait));
  subscribe('http.client.request.start', ({ request }) => {
    const thisRun = run;
    requests += 1;
    let isWork = true;
    const end = () => {
      if (isWork && run === thisRun) {
        requests -= 1;
        look();
      }
      isWork = false;
    };
    request.once('close', end);
    request.on('information', ({ statusCode }) => statusCode === 102 && end());
  });
}

/** Begins with the real time; `onTimeout` is called instead of a jump beyond the deadline, which is in milliseconds since the epoch. */
function start(deadline, onTimeout) {
  [...waits].forEach((wait) => wait.stop());
  skipped = 0;
  requests = 0;
  run = { deadline, onTimeout };
}

function stop() {
  run = undefined;
}

/** Looks for something to skip, once all that has happened until now is dealt with. */
function look() {
  if (!looks) {
    looks = true;
    afterEvents(() => afterEvents(() => {
      looks = false;
      skip();
    }));
  }
}

function skip() {
  const [next] = [...waits].sort((one, other) => one.due - other.due);
  if (!run || !next || requests > 0) {
    return;
  }
  if (next.due >= run.deadline) {
    const { onTimeout } = run;
    stop();
    onTimeout();
    return;
  }
  skipped += Math.max(0, next.due - Date.now());
  waits.forEach((wait) => wait.start());
  next.end();
}

module.exports = { install, start, stop };
