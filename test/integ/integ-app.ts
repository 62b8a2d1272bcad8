import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, type CfnResource, type CustomResource, Stack } from 'aws-cdk-lib';
import { NativeProvider } from '../../src';

/** What serves the constructs: the handler in the template, or CloudFormation's own types. */
export type Engine = 'handler' | 'native';

/** The account that integ-runner makes up for a snapshot. */
const SNAPSHOT_ACCOUNT = '12345678';

/** The Slack workspace and channel of a snapshot, which are nobody's. */
const PLACEHOLDERS = { SLACK_TEAM_ID: 'T012ABCDEFG', SLACK_CHANNEL_ID: 'C012ABCDEFG' };

/** One app of integ-runner: a stack to deploy, and what the services must answer afterwards. */
export class IntegApp {
  public readonly stack: Stack;
  private readonly test: IntegTest;

  /**
   * @param name Name of the test and, with a prefix, of its stack.
   */
  constructor(name: string, engine: Engine) {
    const app = new App({ analyticsReporting: false, treeMetadata: false });
    this.stack = new Stack(app, stackNameOf(name));
    if (engine === 'native') {
      new NativeProvider(this.stack, 'Native');
    }
    this.test = new IntegTest(app, 'Integ', { testCases: [this.stack] });
  }

  /** Calls a service after the deployment; the answer must have what is expected, and may have more. */
  public expectAnswer(service: string, api: string, parameters: object, expected: Record<string, unknown>): void {
    const call = this.test.assertions.awsApiCall(service, api, parameters);
    call.expect(ExpectedResult.objectLike(expected));
    // Without that it is the time, and each run would change the snapshot.
    const resource = (call.node.defaultChild as CustomResource).node.defaultChild as CfnResource;
    resource.addPropertyOverride('salt', 'none');
  }
}

/** The name of the stack of a test. */
export function stackNameOf(test: string): string {
  return `support-channels-integ-${test}`;
}

/** The Slack workspace and channel to deploy to; a snapshot has the same ones on every machine. */
export function slackIds(environment: NodeJS.ProcessEnv = process.env): { teamId: string; channelId: string } {
  const isSnapshot = environment.CDK_INTEG_ACCOUNT === SNAPSHOT_ACCOUNT;
  const valueOf = (name: keyof typeof PLACEHOLDERS) => (!isSnapshot && environment[name]) || PLACEHOLDERS[name];
  return { teamId: valueOf('SLACK_TEAM_ID'), channelId: valueOf('SLACK_CHANNEL_ID') };
}
