import http = require('node:http');
import https = require('node:https');

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** In milliseconds. */
  readonly timeout: number;
  /** In milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** No service answer that the handler reads comes near this size. */
const MAXIMUM_BODY = 5_000_000;

/** Sends one request and reads the whole answer; fails on a reset, a time-out and a body that was cut short. */
export function send(request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const transport = request.url.protocol === 'http:' ? http : https;
    const timeout = Math.max(1, Math.min(request.timeout, request.deadline - Date.now()));
    const outgoing = transport.request(request.url, { method: request.method, headers: request.headers, signal: request.signal });
    const timer = setTimeout(() => outgoing.destroy(new Error('no answer within ' + timeout + ' ms')), timeout);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAXIMUM_BODY) {
          outgoing.destroy(new Error('answer too large'));
        }
      });
      response.on('error', fail);
      response.on('close', () => {
        clearTimeout(timer);
        if (response.complete) {
          resolve({ statusCode: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
        } else {
          reject(new Error('answer cut short'));
        }
      });
    });
    outgoing.end(request.body);
  });
}
