import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountAlias } from '../../src';

export const ROOT = path.join(__dirname, '..', '..');
const GUIDE = fs.readFileSync(path.join(ROOT, 'docs', 'snapshots.md'), 'utf8');

/** A file that the guide shows under its name. */
export function fileOfGuide(name: string): string {
  const [, text] = GUIDE.split(`<!-- ${name} -->\n`)[1].split(/```\w*\n/);
  return text;
}

export function accountTemplate(): string {
  const stack = new Stack(new App(), 'Account');
  new AccountAlias(stack, 'Alias', { accountAlias: 'acme production' });
  return JSON.stringify(Template.fromStack(stack).toJSON(), undefined, 2);
}
