import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, aws_iam as iam, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { AccountStack, type AccountStackProps } from '../../examples/account-stack';
import { type AddSlackChannelOptions, DriftMonitor } from '../../src';

export const STACK_NAME = 'SupportChannels';

/** The stack's code at one moment: what its developers edit from one deployment to the next. */
export interface Revision {
  readonly settings: AccountStackProps;
  /** A channel whose role is not the stack's own. */
  readonly securityChannel?: AddSlackChannelOptions & { readonly channelRoleArn: string };
  /** Whether drift is looked for and repaired. */
  readonly monitorsDrift?: boolean;
}

export interface SynthesizedTemplate {
  /** The cloud assembly. */
  readonly directory: string;
  readonly bytes: number;
  readonly sections: string[];
  readonly resources: { readonly Type: string }[];
  readonly fileAssets: number;
}

/** Synthesizes the example in this process, as `cdk synth` would in its own. */
export function synthesize(directory: string, { settings, securityChannel, monitorsDrift }: Revision): SynthesizedTemplate {
  const app = new App({ outdir: directory, analyticsReporting: false });
  const stack = new AccountStack(app, STACK_NAME, {
    ...settings,
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  if (securityChannel) {
    const { channelRoleArn, ...options } = securityChannel;
    stack.workspace.addChannel('Security', { ...options, channelRole: iam.Role.fromRoleArn(stack, 'SecurityChannelRole', channelRoleArn) });
  }
  if (monitorsDrift) {
    new DriftMonitor(stack, 'Drift', { repair: true });
  }
  app.synth();
  const body = readFileSync(join(directory, stack.templateFile), 'utf8');
  const template = JSON.parse(body) as { Resources: Record<string, { Type: string }> };
  const { files } = JSON.parse(readFileSync(join(directory, `${STACK_NAME}.assets.json`), 'utf8')) as { files: Record<string, { source: { path: string } }> };
  return {
    directory,
    bytes: Buffer.byteLength(body),
    sections: Object.keys(template),
    resources: Object.values(template.Resources),
    fileAssets: Object.values(files).filter(({ source }) => source.path !== stack.templateFile).length,
  };
}
