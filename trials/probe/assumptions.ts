/** What is assumed of AWS where no source says it. */
export interface Assumption {
  /** What the local AWS does, and the library counts on. */
  readonly statement: string;
  /** What is wrong for users where AWS does otherwise. */
  readonly otherwise: string;
}

/**
 * Every assumption by its id, which stands in parentheses after the word "Unverified" where the assumption is made.
 * `npm run probe` settles them in a live account.
 */
export const ASSUMPTIONS = {
  'supportapp-denial': {
    statement: 'A call of the Support App that IAM does not allow answers `AccessDeniedException`.',
    otherwise:
      'The handler takes a permission that has not spread yet for a failure for good, and names another cause.',
  },
  'supportapp-no-plan': {
    statement: 'An account without a support plan gets `AccessDeniedException` for what it would change.',
    otherwise: 'The error of a deployment does not name the plan as its cause.',
  },
  'supportapp-alias-read': {
    statement: '`GetAccountAlias` answers an alias at once after `PutAccountAlias`.',
    otherwise: 'A repeated Create may find its own alias missing, or an old one.',
  },
  'supportapp-alias-missing': {
    statement: '`DeleteAccountAlias` answers `ResourceNotFoundException` where there is no alias.',
    otherwise: 'The deletion of a stack fails whose alias somebody has removed by hand.',
  },
  'supportapp-unknown-workspace': {
    statement:
      'Registering a team ID that nobody has authorized answers `ResourceNotFoundException` or `ConflictException`.',
    otherwise: 'The error of a deployment does not tell that the workspace has to be authorized first.',
  },
  'supportapp-workspace-quota': {
    statement: 'The registration of a sixth workspace answers `ServiceQuotaExceededException`.',
    otherwise: 'The error of a deployment does not name the quota.',
  },
  'supportapp-workspace-deletion': {
    statement: 'The deletion of a workspace removes its channel configurations, too.',
    otherwise: 'Channel configurations stay behind, or the deletion fails while there are some.',
  },
  'supportapp-channel-role': {
    statement: 'A channel whose role does not trust `supportapp.amazonaws.com` is refused with `ValidationException`.',
    otherwise: 'A deployment succeeds whose channel does not work in Slack.',
  },
  'supportapp-new-role': {
    statement: 'A channel can use a role within two minutes of its creation.',
    otherwise: 'Deployments fail that make the role and the channel together.',
  },
  'supportapp-channel-list': {
    statement: '`ListSlackChannelConfigurations` has a channel at once after its creation.',
    otherwise: "A repeated Create takes its own channel for somebody else's, or makes it twice.",
  },
  'chime-denial': {
    statement:
      'A call of Chime messaging that IAM denies answers `AccessDeniedException`, `UnauthorizedClientException`, ' +
      'or `ForbiddenException` with a message that speaks of authorization.',
    otherwise: 'The handler takes a permission that has not spread yet for a failure for good.',
  },
  'chime-missing-channel': {
    statement: 'Whoever describes, changes or deletes a channel that is gone gets `ForbiddenException`.',
    otherwise: 'The deletion of a stack may fail whose channel has expired.',
  },
  'chime-defaults': {
    statement: 'A channel that is created without mode and privacy is `RESTRICTED` and `PRIVATE`.',
    otherwise: 'The channel is more open than the documentation of `ChimeChannel` says.',
  },
  'chime-bot-joins': {
    statement: 'A bot that creates a channel is its member and its moderator, as a user is.',
    otherwise: 'A stack whose bearer is a bot may not be able to change its channel.',
  },
  'chime-expiration': {
    statement:
      'Moderators change the expiration of a channel, and the account without a bearer; other members may not.',
    otherwise: 'An Update that changes the expiration fails.',
  },
  'chime-second-flow': {
    statement: 'The association of a second channel flow answers `ConflictException`, that of the same one succeeds.',
    otherwise: 'An Update that changes the channel flow fails, or a repeated one does.',
  },
  'chime-other-flow': {
    statement: "The disassociation of a flow that is not the channel's answers `NotFoundException`.",
    otherwise: 'A repeated Update that removes the channel flow fails.',
  },
  'chime-list-privacy': {
    statement: '`ListChannels` without a privacy shows the public channels.',
    otherwise: 'Only those are misled who look for a channel with the local AWS: the handler does not list channels.',
  },
  'chime-members-list': {
    statement: '`ListChannelMemberships` has a member at once after the batch that added it.',
    otherwise: 'A repeated Update removes or adds members that it need not.',
  },
  'chime-batch-type': {
    statement: 'The members of a batch that names no type are `DEFAULT`.',
    otherwise: 'Members of a stack do not see the channel, or it does not see them.',
  },
  'chime-batch-errors': {
    statement:
      'In a batch an unknown member gets the error code `NotFound`, and one who is a member already `Conflict`.',
    otherwise: 'A Create or an Update fails for members who are there already.',
  },
  'chime-member-removes': {
    statement: 'A member who is no moderator may leave a channel, not remove another member.',
    otherwise: 'More people can change a channel than the documentation of `grant` says.',
  },
  'chime-missing-member': {
    statement: 'The deletion of a membership that is not there succeeds.',
    otherwise: 'An Update fails that removes somebody who has left.',
  },
  'chime-missing-moderator': {
    statement: 'The deletion of a moderator who is none succeeds.',
    otherwise: 'An Update fails that removes a moderator who is none any more.',
  },
  'chime-token-after-deletion': {
    statement: 'A `ClientRequestToken` whose channel was deleted makes a new channel.',
    otherwise: 'A repeated Create may answer a channel that is gone.',
  },
  'chime-expiration-without-messages': {
    statement: 'A channel without messages expires by its creation where its last message counts.',
    otherwise: 'It lives longer or shorter than the documentation of `expirationSettings` says.',
  },
  'cloudformation-holder': {
    statement: '`DescribeStackResources` finds a stack by the physical id of its custom resource.',
    otherwise: 'A construct that moves to another stack loses what it stands for when the old stack is updated last.',
  },
  'cloudformation-no-holder': {
    statement: '`DescribeStackResources` answers `ValidationError` for a physical id that no stack has.',
    otherwise: 'Each deletion of something that a stack created fails.',
  },
  'cloudformation-two-holders': {
    statement: 'Of two stacks with the same physical id `DescribeStackResources` answers the newest.',
    otherwise: 'Where two stacks hold one thing the handler asks for the wrong one.',
  },
  'cloudformation-retained-failure': {
    statement: 'A custom resource with `DeletionPolicy: Retain` whose Create fails gets no Delete in the rollback.',
    otherwise: 'The handler gets one Delete more, with the id of the failed answer, which it takes for done.',
  },
  'cloudformation-retained-replacement': {
    statement: 'What a rolled-back update made to replace a custom resource is deleted, whatever its policies.',
    otherwise: 'The new Chime channel of an update that failed stays.',
  },
  'cloudformation-replaced-rollback': {
    statement:
      'A rollback brings a replaced custom resource back by a reverse Update, or by its former id without a word. ' +
      'Either way it deletes the new one.',
    otherwise: 'The new one stays, or the former one is lost.',
  },
  'cloudformation-old-properties': {
    statement:
      'The Update of a continued rollback has the old properties that the failed one asked for, or those before it.',
    otherwise: 'The continued rollback leaves properties of the update that failed.',
  },
  'cloudformation-cleanup-tries': {
    statement: 'The cleanup of an update asks three times for a deletion that fails.',
    otherwise: 'What a deletion could not remove for a moment stays, or its update takes longer.',
  },
  'cloudformation-failed-creation': {
    statement: 'What is left of a creation that failed is deleted before an update creates the resource anew.',
    otherwise: 'The deletion comes after the new creation, of which it must not remove anything.',
  },
  'native-alias-exists': {
    statement: 'The native type of an account alias refuses to create one where there is an alias already.',
    otherwise: 'A stack with `NativeProvider` overwrites an alias, and deletes it at its end.',
  },
  'native-workspace': {
    statement: 'The native type of a workspace registers one that the account has already.',
    otherwise: 'A stack with `NativeProvider` cannot be deployed in the management account.',
  },
  'native-chime-missing': {
    statement: 'The native type of a Chime channel takes one that is gone for deleted.',
    otherwise: 'A stack with `NativeProvider` cannot be deleted when its channel has expired.',
  },
  'native-error-codes': {
    statement: 'Native types answer the code of a handler error that is nearest to the error of the service.',
    otherwise: 'Only those are misled who look for a code in the events of the local AWS.',
  },
  'events-input-quoting': {
    statement:
      'An input transformer puts a text in quotes where its placeholder stands outside of them, and as it is within.',
    otherwise: 'The rule of a `DriftMonitor` sends no JSON, so that drift is never checked.',
  },
  'cloudtrail-role': {
    statement:
      "CloudTrail's event of a call in a session of a role has the ARN of the role, with its path, as the issuer of " +
      'the session.',
    otherwise: 'Each repair makes its monitor look once more, or changes by hand are seen on schedule only.',
  },
} as const satisfies Record<string, Assumption>;

export type AssumptionId = keyof typeof ASSUMPTIONS;

/** The part of docs/assumptions.md that is written from here. */
export function formatTable(): string {
  const rows = Object.entries<Assumption>(ASSUMPTIONS).map(
    ([id, { statement, otherwise }]) => `| \`${id}\` | ${statement} | ${otherwise} |`,
  );
  return ['| id | assumed | where AWS does otherwise |', '| --- | --- | --- |', ...rows].join('\n');
}
