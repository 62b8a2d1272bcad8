import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EventPrinter } from './events';
import { printInventory, takeInventory } from './inventory';
import { playablePartOf, type LeftOut, type PlayableStack } from './playable';
import { environmentOf, prepareSurroundings } from './surroundings';
import { Trace } from './trace';
import { readAssembly, type AssemblyStack } from '../../local-aws/cloudformation/assembly';
import type { Stack } from '../../local-aws/cloudformation/stack';
import { ValidationError } from '../../local-aws/cloudformation/validation-error';
import { LocalAws } from '../../local-aws/local-aws';
import { Checks } from '../common/checks';
import { UsageError } from '../common/options';
import type { Stage } from '../common/program';
import { paint, printWrapped, type Terminal } from '../common/terminal';

/** The largest template that is sent in a request, without a bucket. */
const MAXIMUM_TEMPLATE_BYTES = 51_200;
/** Resources that the inventory shows, or that nobody looks for. */
const SHOWN_ELSEWHERE = /^(Custom::|AWS::SupportApp::|AWS::Chime::Channel$|AWS::CDK::Metadata$)/;

export interface AppOptions extends Stage {
  /** The cloud assembly. */
  readonly app: string;
  readonly verbose: boolean;
}

/** Deploys the stacks of a cloud assembly into a local AWS, each after those that it depends on. */
export async function runApp({ app, terminal, verbose, onStart }: AppOptions): Promise<Checks> {
  const stacks = readApp(app).map(playablePartOf);
  stacks.forEach(requireParameters);
  const checks = new Checks(terminal);
  let events: EventPrinter | undefined;
  let trace: Trace | undefined;
  const aws = await LocalAws.start({
    cloudFormation: {
      onEvent: (event) => {
        trace?.print();
        events?.print(event);
      },
    },
  });
  onStart(aws);
  trace = verbose ? new Trace(aws, terminal) : undefined;

  for (const [index, playable] of stacks.entries()) {
    const { stack: { stackName }, leftOut, template } = playable;
    const environment = environmentOf(playable, aws.cloudFormation);
    terminal.print();
    terminal.print(paint(`${index + 1}. ${stackName}`, 'bold', terminal) + ` (account ${environment.accountId}, ${environment.region})`);
    terminal.print();
    printLeftOut(leftOut, terminal);
    const count = Object.keys(template.Resources).length;
    if (count === 0) {
      printWrapped(terminal, 'Nothing of this stack can be played.', '   ');
      continue;
    }
    printAssumed(prepareSurroundings(aws, playable), terminal);
    events = new EventPrinter(terminal, count + 1);
    const problems = await deploy(aws, playable);
    trace?.print();
    terminal.print();
    if (problems.length === 0) {
      printMade(aws, aws.cloudFormation.stack({ stackName, ...environment })!, terminal);
    }
    checks.check(`the stack ${stackName} is complete`, problems.length === 0, () => problems.join('\n'));
    if (problems.length > 0) {
      const others = stacks.slice(index + 1).map(({ stack }) => stack.stackName);
      if (others.length > 0) {
        printWrapped(terminal, `Not deployed after it: ${others.join(', ')}`, '  ');
      }
      break;
    }
  }
  return checks;
}

/** Reads the stacks of a cloud assembly; what is none is an error of one line. */
function readApp(app: string): AssemblyStack[] {
  if (!existsSync(app) || !statSync(app).isDirectory()) {
    throw new UsageError(`There is no folder "${app}". Run "npx cdk synth" in your app and give its cdk.out.`);
  }
  if (!existsSync(join(app, 'manifest.json'))) {
    throw new UsageError(`"${app}" is no cloud assembly: it has no manifest.json. Run "npx cdk synth" in your app and give its cdk.out.`);
  }
  let stacks: AssemblyStack[];
  try {
    stacks = readAssembly(app);
  } catch (error) {
    throw new UsageError(`"${app}" cannot be read as a cloud assembly: ${(error as Error).message.split('\n')[0]}`);
  }
  if (stacks.length === 0) {
    const manifest = JSON.parse(readFileSync(join(app, 'manifest.json'), 'utf8')) as { artifacts?: object };
    throw new UsageError(manifest.artifacts ? `"${app}" has no stacks.` : `"${app}" is no cloud assembly: its manifest.json has no artifacts.`);
  }
  stacks.forEach(({ id, templateBody }) => requireTemplate(`The template of ${id} in "${app}"`, templateBody));
  return stacks;
}

function requireTemplate(what: string, templateBody: string): void {
  let template: { Resources?: object } | null;
  try {
    template = JSON.parse(templateBody) as typeof template;
  } catch (error) {
    throw new UsageError(`${what} is no JSON: ${(error as Error).message}`);
  }
  if (!template?.Resources) {
    throw new UsageError(`${what} has no resources.`);
  }
}

function requireParameters({ stack: { stackName, parameters }, template }: PlayableStack): void {
  const missing = Object.entries(template.Parameters ?? {})
    .filter(([name, { Default }]) => Default === undefined && parameters[name] === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw new UsageError(`The stack ${stackName} has parameters without a default: ${missing.join(', ')}. Give them defaults to play it.`);
  }
}

/** Creates a stack, and answers what went wrong. */
async function deploy({ cloudFormation }: LocalAws, playable: PlayableStack): Promise<string[]> {
  const { stack: { stackName, parameters, assets, templateBody }, template } = playable;
  try {
    const { status, events, reason } = await cloudFormation.deploy({
      ...environmentOf(playable, cloudFormation),
      stackName,
      template,
      parameters,
      assets,
      templateSource: Buffer.byteLength(templateBody) > MAXIMUM_TEMPLATE_BYTES ? 'S3' : 'BODY',
      // What runs beside a failing resource comes to its end, so that each run tells the same story.
      cancelInProgress: false,
    });
    await cloudFormation.lambda.settled();
    if (status === 'CREATE_COMPLETE') {
      return [];
    }
    const failed = events.filter((event) => event.status.endsWith('_FAILED') && event.type !== 'AWS::CloudFormation::Stack');
    return [`It is ${status}.`, ...failed.length === 0 ? [reason ?? ''] : failed.map((event) => `${event.logicalId}: ${event.reason}`)];
  } catch (error) {
    if (error instanceof ValidationError) {
      return [`CloudFormation refuses the template: ${error.message}`];
    }
    throw error;
  }
}

function printLeftOut(leftOut: readonly LeftOut[], terminal: Terminal): void {
  if (leftOut.length === 0) {
    return;
  }
  terminal.print('   Left out:');
  const groups = new Map<string, LeftOut[]>();
  leftOut.forEach((item) => {
    const key = `${item.type}, since ${item.reason}`;
    groups.set(key, [...groups.get(key) ?? [], item]);
  });
  groups.forEach((items, key) => {
    printWrapped(terminal, `- ${key}: ${items.map(({ logicalId }) => logicalId).join(', ')}`, '   ', 'yellow', '     ');
  });
  terminal.print();
}

function printAssumed(made: string[], terminal: Terminal): void {
  if (made.length > 0) {
    terminal.print('   Taken to be there already:');
    made.forEach((what) => printWrapped(terminal, `- ${what}`, '   ', undefined, '     '));
    terminal.print();
  }
}

/** What belongs to the stack now: the things of this library in a table, and how many others. */
function printMade(aws: LocalAws, stack: Stack, terminal: Terminal): void {
  const items = takeInventory(aws, stack);
  if (items.length > 0) {
    printInventory(items, terminal);
    terminal.print();
  }
  const others = stack.liveResources().map(({ type }) => type).filter((type) => !SHOWN_ELSEWHERE.test(type));
  if (others.length > 0) {
    terminal.print(items.length > 0 ? '  Beside that:' : '  It makes:');
    [...new Set(others)].sort().forEach((type) =>
      terminal.print(`  ${String(others.filter((other) => other === type).length).padStart(3)} ${type}`));
    terminal.print();
  }
}
