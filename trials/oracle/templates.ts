import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, DefaultStackSynthesizer, RemovalPolicy, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PRODUCTION_ACCOUNT } from '../../examples/account-settings';
import { AccountStack, type AccountStackProps } from '../../examples/account-stack';
import {
  AccountAlias,
  ChannelPrivacy,
  ChimeChannel,
  ExistingConfiguration,
  NotificationSeverity,
  SlackChannelConfiguration,
  SlackWorkspace,
  type AddSlackChannelOptions,
} from '../../src';

export const TEAM = PRODUCTION_ACCOUNT.teamId;
export const APP_INSTANCE = PRODUCTION_ACCOUNT.onCall.appInstanceArn;
/** The account that the templates name; each scenario has another one. */
export const ACCOUNT = APP_INSTANCE.split(':')[4];
/** The name of a role that the Support App may assume and no stack has. */
export const CONSOLE_ROLE = 'MadeInTheConsole';

const { ADOPT, FAIL } = ExistingConfiguration;
const { ALL, HIGH } = NotificationSeverity;
const user = (name: string) => `${APP_INSTANCE}/user/${name}`;
const bot = (name: string) => `${APP_INSTANCE}/bot/${name}`;
const synthesizer = () => new DefaultStackSynthesizer({ generateBootstrapVersionRule: false });

type Definition = (stack: Stack) => void;

/** The template of a stack. */
function synthesize(makeStack: (app: App) => Stack): string {
  const outdir = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    const app = new App({ outdir, analyticsReporting: false });
    const stack = makeStack(app);
    app.synth();
    // Without indentation, as it must be sent where it is large.
    return JSON.stringify(JSON.parse(readFileSync(join(outdir, stack.templateFile), 'utf8')));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function template(define: Definition): string {
  return synthesize((app) => {
    const stack = new Stack(app, 'Oracle', { synthesizer: synthesizer() });
    define(stack);
    return stack;
  });
}

function exampleTemplate(settings: AccountStackProps, define: (stack: AccountStack) => void = () => {}): string {
  return synthesize((app) => {
    const stack = new AccountStack(app, 'Oracle', { ...settings, synthesizer: synthesizer() });
    define(stack);
    return stack;
  });
}

/** The channel that somebody else has configured before, as the stack would have it. */
const security = (existing?: ExistingConfiguration): AddSlackChannelOptions => ({
  channelId: 'C012SECURTY',
  channelName: 'security',
  notifyOnCaseSeverity: ALL,
  notifyOnCreateOrReopenCase: true,
  notifyOnResolveCase: true,
  existing,
});

function addSecurity(changes: Partial<AddSlackChannelOptions>): (stack: AccountStack) => void {
  return (stack) => {
    const channelRole = iam.Role.fromRoleArn(stack, 'ConsoleRole', `arn:aws:iam::${ACCOUNT}:role/${CONSOLE_ROLE}`);
    stack.workspace.addChannel('Security', { ...security(), ...changes, channelRole });
  };
}

interface Changes {
  readonly alias?: string;
  readonly channelA?: string;
  readonly channelB?: string;
  readonly ids?: [string, string];
  readonly chimeName?: string;
  readonly resolves?: boolean;
  readonly privacy?: ChannelPrivacy;
  readonly withoutB?: boolean;
  /** Adds what comes last and fails: a channel that is there and is not the stack's. */
  readonly fails?: boolean;
}

/** One of each kind, below any parent. */
function oneOfEach(scope: Construct, changes: Changes): void {
  const {
    channelA = 'C012MOVEAAA',
    channelB = 'C012MOVEBBB',
    ids: [idA, idB] = ['A', 'B'],
    resolves = true,
    alias = 'Moved',
    chimeName = 'Move',
  } = changes;
  const workspace = new SlackWorkspace(scope, 'Workspace', { teamId: TEAM });
  const made: Construct[] = [
    workspace.addChannel(idA, {
      channelId: channelA,
      channelName: 'a',
      notifyOnCaseSeverity: ALL,
      notifyOnResolveCase: resolves,
      notifyOnCreateOrReopenCase: true,
    }),
  ];
  if (!changes.withoutB) {
    made.push(
      workspace.addChannel(idB, {
        channelId: channelB,
        channelName: 'b',
        notifyOnCaseSeverity: HIGH,
        notifyOnCreateOrReopenCase: true,
      }),
    );
  }
  made.push(new AccountAlias(scope, 'Alias', { accountAlias: alias }));
  made.push(
    new ChimeChannel(scope, 'Chime', {
      appInstanceArn: APP_INSTANCE,
      chimeBearer: user('deployer'),
      channelName: chimeName,
      privacy: changes.privacy,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  );
  if (changes.fails) {
    workspace.addChannel('Security', security()).node.addDependency(...made);
  }
}

const each = (changes: Changes = {}) => template((stack) => oneOfEach(stack, changes));
/** Below another construct, so that each logical id is another one. */
const eachBelow = (parent: string, changes: Changes = {}) =>
  template((stack) => oneOfEach(new Construct(stack, parent), changes));

function chimeWithId(scope: Construct, channelName = 'With id'): ChimeChannel {
  return new ChimeChannel(scope, 'Chime', {
    appInstanceArn: APP_INSTANCE,
    chimeBearer: user('deployer'),
    channelName,
    channelId: 'on-call',
    moderatorArns: [user('ana')],
    memberArns: [user('ben')],
    metadata: '{"a":1}',
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

export type Kind = 'alias' | 'channel' | 'chime';

/** One resource with a value that changes, and if wanted another one that fails after it. */
function single(kind: Kind, value: number, fails = false): string {
  return template((stack) => {
    const workspace = SlackWorkspace.fromTeamId(stack, 'Known', TEAM);
    const makers: Record<Kind, () => Construct> = {
      alias: () => new AccountAlias(stack, 'Alias', { accountAlias: `Value ${value}` }),
      channel: () =>
        workspace.addChannel('A', {
          channelId: 'C012MOVEAAA',
          channelName: `Value ${value}`,
          notifyOnCaseSeverity: HIGH,
          notifyOnCreateOrReopenCase: true,
        }),
      chime: () =>
        new ChimeChannel(stack, 'Chime', {
          appInstanceArn: APP_INSTANCE,
          chimeBearer: user('deployer'),
          channelName: `Value ${value}`,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
    };
    const made = makers[kind]();
    if (fails) {
      workspace.addChannel('Security', security()).node.addDependency(made);
    }
  });
}

/** As many channels as an account can have. */
function many(suffix: string): string {
  return template((stack) => {
    const workspace = new SlackWorkspace(stack, 'Workspace', { teamId: TEAM });
    for (let index = 0; index < 20; index += 1) {
      workspace.addChannel(`Channel${index}`, {
        channelId: `C012MANY${String(index).padStart(3, '0')}`,
        channelName: `many ${index}${suffix}`,
        notifyOnCaseSeverity: HIGH,
        notifyOnCreateOrReopenCase: true,
      });
    }
  });
}

// The example and its updates, each one from the one before it.
const {
  channels: { Operations: operations, Urgent: urgent },
  onCall,
} = PRODUCTION_ACCOUNT;
const example: AccountStackProps = PRODUCTION_ACCOUNT;
const fewerFlags: AccountStackProps = {
  ...example,
  channels: { Operations: { ...operations, notifyOnAddCorrespondenceToCase: false }, Urgent: urgent },
};
const renamed: AccountStackProps = {
  ...fewerFlags,
  accountAlias: 'Example Live',
  channels: { ...fewerFlags.channels, Operations: { ...fewerFlags.channels.Operations, channelName: 'operations-eu' } },
  onCall: {
    ...onCall,
    chimeBearer: bot('deployer'),
    channelName: 'On call, Europe',
    memberArns: [user('ben'), user('cleo')],
  },
};
const third: AddSlackChannelOptions = {
  channelId: 'C012THIRD00',
  channelName: 'third',
  notifyOnCaseSeverity: HIGH,
  notifyOnResolveCase: true,
};
const added: AccountStackProps = { ...renamed, channels: { ...renamed.channels, Third: third } };
const replaced: AccountStackProps = {
  ...added,
  channels: { ...added.channels, Urgent: { ...urgent, channelId: 'C012URGENT2' } },
};

/** Everything that the scenarios deploy. */
export function makeTemplates() {
  return {
    'example': exampleTemplate(example),
    'example, fewer flags': exampleTemplate(fewerFlags),
    'example, renamed': exampleTemplate(renamed),
    'example, a third channel': exampleTemplate(added),
    'example, another channel id': exampleTemplate(replaced),
    "example, somebody else's channel": exampleTemplate(
      { ...replaced, accountAlias: 'Example Renamed' },
      addSecurity({}),
    ),
    'example, adopts': exampleTemplate(
      { ...replaced, accountAlias: 'Example Renamed' },
      addSecurity({ existing: ADOPT }),
    ),
    "new example, somebody else's channel": exampleTemplate(example, addSecurity({ existing: FAIL })),
    'new example, adopts': exampleTemplate(example, addSecurity({ existing: ADOPT })),
    'new example, adopts and changes': exampleTemplate(
      example,
      addSecurity({ existing: ADOPT, channelName: 'security-eu' }),
    ),
    'one of each': each(),
    'one of each, moved': eachBelow('Moved'),
    'one of each, moved and changed': eachBelow('Again', {
      alias: 'Moved and changed',
      resolves: false,
      chimeName: 'Move and change',
    }),
    'one of each, moved and fails': eachBelow('Moved', { alias: 'Never', resolves: false, fails: true }),
    'one of each, channel ids swapped': each({ channelA: 'C012MOVEBBB', channelB: 'C012MOVEAAA' }),
    'one of each, channel ids swapped and fails': each({
      channelA: 'C012MOVEBBB',
      channelB: 'C012MOVEAAA',
      fails: true,
    }),
    'one of each, construct ids swapped': each({ ids: ['B', 'A'] }),
    'one of each, replaced': each({ channelA: 'C012MOVECCC', privacy: ChannelPrivacy.PUBLIC }),
    'one of each, replaced and fails': each({ channelA: 'C012MOVECCC', privacy: ChannelPrivacy.PUBLIC, fails: true }),
    'one of each, changed and fails': each({ alias: 'Never', resolves: false, chimeName: 'Never', fails: true }),
    'one of each, without B': each({ withoutB: true }),
    'alias': template((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'Only' })),
    'alias, adopts': template((stack) => new AccountAlias(stack, 'Alias', { accountAlias: 'Only', existing: ADOPT })),
    'workspace': template((stack) => new SlackWorkspace(stack, 'Workspace', { teamId: TEAM })),
    'another alias': template((stack) => new AccountAlias(stack, 'Other', { accountAlias: 'Other' })),
    'Chime channel with id': template((stack) => chimeWithId(stack)),
    'Chime channel with id, moved': template((stack) => chimeWithId(new Construct(stack, 'Moved'))),
    'Chime channel with id, moved and fails': template((stack) => {
      const channel = chimeWithId(new Construct(stack, 'Again'), 'Never');
      new SlackChannelConfiguration(stack, 'Security', {
        workspace: SlackWorkspace.fromTeamId(stack, 'Known', TEAM),
        ...security(),
      }).node.addDependency(channel);
    }),
    'alias 1': single('alias', 1),
    'alias 2, fails': single('alias', 2, true),
    'channel 1': single('channel', 1),
    'channel 2, fails': single('channel', 2, true),
    'chime 1': single('chime', 1),
    'chime 2, fails': single('chime', 2, true),
    'many': many(''),
    'many, renamed': many(' renamed'),
  };
}

export type Templates = ReturnType<typeof makeTemplates>;
