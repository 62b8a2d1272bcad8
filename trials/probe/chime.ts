import { randomUUID } from 'node:crypto';
import {
  AssociateChannelFlowCommand,
  BatchCreateChannelMembershipCommand,
  CreateChannelCommand,
  DeleteChannelCommand,
  DeleteChannelMembershipCommand,
  DeleteChannelModeratorCommand,
  DescribeChannelCommand,
  DescribeChannelMembershipCommand,
  DescribeChannelModeratorCommand,
  DisassociateChannelFlowCommand,
  ListChannelMembershipsCommand,
  ListChannelsCommand,
  PutChannelExpirationSettingsCommand,
  UpdateChannelCommand,
  type CreateChannelCommandInput,
} from '@aws-sdk/client-chime-sdk-messaging';
import { PREFIX, type ProbeAppInstance } from './account';
import { errorOf, outcomeOf, type Probe, type ProbeContext } from './probe';

/** What the handler takes for a permission that may still spread: see `lambda/aws/client.ts`. */
const DENIED = /AccessDenied|UnauthorizedClient|Forbidden.*authoriz/s;

export const CHIME_PROBE: Probe = {
  touches: 'an AppInstance with users and channels, and a role without permissions',
  settles: [
    'chime-denial',
    'chime-missing-channel',
    'chime-defaults',
    'chime-bot-joins',
    'chime-expiration',
    'chime-second-flow',
    'chime-other-flow',
    'chime-list-privacy',
    'chime-members-list',
    'chime-batch-type',
    'chime-batch-errors',
    'chime-member-removes',
    'chime-missing-member',
    'chime-missing-moderator',
    'chime-token-after-deletion',
    'chime-expiration-without-messages',
  ],
  run: async (context) => {
    const appInstance = await context.account.createAppInstance();
    const ada = await appInstance.createUser('ada');
    const channel = new ChannelMaker(context, appInstance.arn, ada);
    const made = await channel.create();
    await context.attempt(['chime-defaults'], () => defaults(context, made));
    await context.attempt(
      [
        'chime-members-list',
        'chime-batch-type',
        'chime-batch-errors',
        'chime-member-removes',
        'chime-missing-member',
        'chime-missing-moderator',
      ],
      () => members(context, appInstance, made),
    );
    await context.attempt(['chime-expiration'], () => expiration(context, appInstance, made));
    await context.attempt(['chime-list-privacy'], () => lists(context, channel, made));
    await context.attempt(['chime-second-flow', 'chime-other-flow'], () => flows(context, appInstance, made));
    await context.attempt(['chime-missing-channel', 'chime-token-after-deletion'], () => deletion(context, channel));
    await context.attempt(['chime-bot-joins'], () => bot(context, appInstance));
    await context.attempt(['chime-denial'], () => denial(context, appInstance, ada));
    context.untried('chime-expiration-without-messages', 'it takes more than a day');
  },
};

/** A channel, and the user who made it. */
interface Channel {
  readonly ChannelArn: string;
  readonly ChimeBearer: string;
}

class ChannelMaker {
  constructor(
    private readonly context: ProbeContext,
    private readonly appInstanceArn: string,
    private readonly bearer: string,
  ) {}

  /** A channel with the least that the service asks for. */
  public async create(input: Partial<CreateChannelCommandInput> = {}): Promise<Channel> {
    const { ChannelArn } = await this.context.account.chime.send(
      new CreateChannelCommand({
        AppInstanceArn: this.appInstanceArn,
        Name: PREFIX,
        ClientRequestToken: randomUUID(),
        ChimeBearer: this.bearer,
        ...input,
      }),
    );
    return { ChannelArn: ChannelArn!, ChimeBearer: this.bearer };
  }
}

async function defaults(context: ProbeContext, channel: Channel): Promise<void> {
  const { Channel: { Mode, Privacy } = {} } = await context.account.chime.send(new DescribeChannelCommand(channel));
  context.found('chime-defaults', Mode === 'RESTRICTED' && Privacy === 'PRIVATE', `${Mode} and ${Privacy}`);
}

async function members(context: ProbeContext, appInstance: ProbeAppInstance, channel: Channel): Promise<void> {
  const {
    account: { chime },
  } = context;
  const [ben, cleo, dora] = [
    await appInstance.createUser('ben'),
    await appInstance.createUser('cleo'),
    await appInstance.createUser('dora'),
  ];
  const nobody = `${appInstance.arn}/user/${PREFIX}-nobody`;

  await chime.send(new BatchCreateChannelMembershipCommand({ ...channel, MemberArns: [ben, cleo] }));
  const { ChannelMemberships: listed = [] } = await chime.send(new ListChannelMembershipsCommand(channel));
  const isListed = [ben, cleo].every((arn) => listed.some(({ Member }) => Member?.Arn === arn));
  context.found('chime-members-list', isListed, isListed ? 'it was there' : 'it was not there');
  const { ChannelMembership } = await chime.send(new DescribeChannelMembershipCommand({ ...channel, MemberArn: ben }));
  context.found('chime-batch-type', ChannelMembership?.Type === 'DEFAULT', String(ChannelMembership?.Type));

  const { Errors: errors = [] } = await chime.send(
    new BatchCreateChannelMembershipCommand({ ...channel, MemberArns: [ben, nobody] }),
  );
  const codeOf = (arn: string) => errors.find(({ MemberArn }) => MemberArn === arn)?.ErrorCode ?? 'no error';
  context.found(
    'chime-batch-errors',
    codeOf(nobody) === 'NotFound' && codeOf(ben) === 'Conflict',
    `${codeOf(nobody)} for an unknown one, ${codeOf(ben)} for a member`,
  );

  const asBen = { ...channel, ChimeBearer: ben };
  const removes = await outcomeOf(chime.send(new DeleteChannelMembershipCommand({ ...asBen, MemberArn: cleo })));
  const leaves = await outcomeOf(chime.send(new DeleteChannelMembershipCommand({ ...asBen, MemberArn: ben })));
  context.found(
    'chime-member-removes',
    removes === 'ForbiddenException' && leaves === 'succeeded',
    `${removes} for another member, leaving ${leaves}`,
  );

  const notThere = await outcomeOf(chime.send(new DeleteChannelMembershipCommand({ ...channel, MemberArn: dora })));
  context.found('chime-missing-member', notThere === 'succeeded', notThere);
  const noModerator = await outcomeOf(
    chime.send(new DeleteChannelModeratorCommand({ ...channel, ChannelModeratorArn: dora })),
  );
  context.found('chime-missing-moderator', noModerator === 'succeeded', noModerator);
}

async function expiration(context: ProbeContext, appInstance: ProbeAppInstance, channel: Channel): Promise<void> {
  const {
    account: { chime },
  } = context;
  const eve = await appInstance.createUser('eve');
  await chime.send(new BatchCreateChannelMembershipCommand({ ...channel, MemberArns: [eve] }));
  const ExpirationSettings = { ExpirationDays: 30, ExpirationCriterion: 'CREATED_TIMESTAMP' } as const;
  const put = (bearer: { ChimeBearer?: string }) =>
    outcomeOf(
      chime.send(
        new PutChannelExpirationSettingsCommand({ ChannelArn: channel.ChannelArn, ...bearer, ExpirationSettings }),
      ),
    );
  const [moderator, account, member] = [await put(channel), await put({}), await put({ ChimeBearer: eve })];
  context.found(
    'chime-expiration',
    moderator === 'succeeded' && account === 'succeeded' && member === 'ForbiddenException',
    `${moderator} for a moderator, ${account} for the account, ${member} for a member`,
  );
}

async function lists(context: ProbeContext, maker: ChannelMaker, secret: Channel): Promise<void> {
  const open = await maker.create({ Privacy: 'PUBLIC' });
  const { ChimeBearer } = open;
  const AppInstanceArn = open.ChannelArn.split('/').slice(0, 2).join('/');
  const { Channels: channels = [] } = await context.account.chime.send(
    new ListChannelsCommand({ AppInstanceArn, ChimeBearer }),
  );
  const has = ({ ChannelArn }: Channel) => channels.some((channel) => channel.ChannelArn === ChannelArn);
  context.found(
    'chime-list-privacy',
    has(open) && !has(secret),
    `the public one is ${has(open) ? '' : 'not '}shown, the private one is ${has(secret) ? '' : 'not '}shown`,
  );
}

async function flows(context: ProbeContext, appInstance: ProbeAppInstance, channel: Channel): Promise<void> {
  const {
    account: { chime },
  } = context;
  const arns = [await appInstance.createChannelFlow('first'), await appInstance.createChannelFlow('second')];
  const [first, second] = arns.map((ChannelFlowArn) => ({ ...channel, ChannelFlowArn }));
  await chime.send(new AssociateChannelFlowCommand(first));
  const [other, same] = [
    await outcomeOf(chime.send(new AssociateChannelFlowCommand(second))),
    await outcomeOf(chime.send(new AssociateChannelFlowCommand(first))),
  ];
  context.found(
    'chime-second-flow',
    other === 'ConflictException' && same === 'succeeded',
    `${other} for a second one, ${same} for the same one`,
  );
  const notItsOwn = await outcomeOf(chime.send(new DisassociateChannelFlowCommand(second)));
  context.found('chime-other-flow', notItsOwn === 'NotFoundException', notItsOwn);
  await chime.send(new DisassociateChannelFlowCommand(first));
}

async function deletion(context: ProbeContext, maker: ChannelMaker): Promise<void> {
  const {
    account: { chime },
  } = context;
  const ClientRequestToken = randomUUID();
  const channel = await maker.create({ ClientRequestToken });
  await chime.send(new DeleteChannelCommand(channel));
  const outcomes = [
    `describing ${await outcomeOf(chime.send(new DescribeChannelCommand(channel)))}`,
    `changing ${await outcomeOf(chime.send(new UpdateChannelCommand({ ...channel, Name: PREFIX })))}`,
    `deleting ${await outcomeOf(chime.send(new DeleteChannelCommand(channel)))}`,
  ];
  context.found(
    'chime-missing-channel',
    outcomes.every((outcome) => outcome.endsWith(' ForbiddenException')),
    outcomes.join(', '),
  );
  let again: Channel | undefined;
  const repeated = await errorOf(maker.create({ ClientRequestToken }).then((made) => (again = made)));
  context.found(
    'chime-token-after-deletion',
    again !== undefined && again.ChannelArn !== channel.ChannelArn,
    repeated?.name ?? (again?.ChannelArn === channel.ChannelArn ? 'the channel that was deleted' : 'a new channel'),
  );
}

async function bot(context: ProbeContext, appInstance: ProbeAppInstance): Promise<void> {
  const {
    account: { chime },
  } = context;
  const arn = await appInstance.createBot();
  const channel = await new ChannelMaker(context, appInstance.arn, arn).create();
  const member = await outcomeOf(chime.send(new DescribeChannelMembershipCommand({ ...channel, MemberArn: arn })));
  const moderator = await outcomeOf(
    chime.send(new DescribeChannelModeratorCommand({ ...channel, ChannelModeratorArn: arn })),
  );
  context.found(
    'chime-bot-joins',
    member === 'succeeded' && moderator === 'succeeded',
    `asking for it as a member ${member}, as a moderator ${moderator}`,
  );
}

async function denial(context: ProbeContext, appInstance: ProbeAppInstance, ChimeBearer: string): Promise<void> {
  const { chime } = await context.account.clientsWithoutPermissions();
  const error = await errorOf(
    chime.send(
      new CreateChannelCommand({
        AppInstanceArn: appInstance.arn,
        Name: PREFIX,
        ClientRequestToken: randomUUID(),
        ChimeBearer,
      }),
    ),
  );
  const seen = error ? `${error.name}: ${error.message}` : 'succeeded';
  context.found('chime-denial', DENIED.test(seen), seen);
}
