'use strict';

/** What the handler of this library does for a new Chime channel, with the official client, bundled. */

const { randomUUID } = require('node:crypto');
const https = require('node:https');
const { ChimeSDKMessagingClient, CreateChannelCommand } = require('@aws-sdk/client-chime-sdk-messaging');

exports.handler = async (event) => {
  const client = new ChimeSDKMessagingClient({ region: 'us-east-1' });
  const { AppInstanceArn, ChimeBearer, Name } = event.ResourceProperties;
  const { ChannelArn } = await client.send(new CreateChannelCommand({ AppInstanceArn, ChimeBearer, Name, ClientRequestToken: randomUUID() }));
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const body = JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: ChannelArn, StackId, RequestId, LogicalResourceId });
  await new Promise((resolve, reject) => {
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    https.request(ResponseURL, { method: 'PUT', headers }, (response) => response.resume().on('end', resolve)).on('error', reject).end(body);
  });
};
