/** A finding about our templates that we leave as it is. */
export interface AcceptedFinding {
  readonly rule: string;
  /** The type of the resource that it is about. */
  readonly type: string;
  readonly reason: string;
}

/** Of checkov. cfn-lint and the rules of the CDK find nothing that would have to be accepted. */
export const ACCEPTED_FINDINGS: AcceptedFinding[] = [
  {
    rule: 'CKV_AWS_115',
    type: 'AWS::Lambda::Function',
    reason: 'Reserved concurrency would be taken from all other functions of the account. CloudFormation alone invokes this one, once per resource.',
  },
  {
    rule: 'CKV_AWS_116',
    type: 'AWS::Lambda::Function',
    reason: 'Nobody would read a queue of events: a stack that gets no answer fails after ServiceTimeout, and says so. See docs/reliability.md.',
  },
  {
    rule: 'CKV_AWS_117',
    type: 'AWS::Lambda::Function',
    reason: 'The handler talks to public endpoints of AWS only. Who wants it in a VPC sets ChannelsProvider.vpc.',
  },
  {
    rule: 'CKV_AWS_158',
    type: 'AWS::Logs::LogGroup',
    reason: 'CloudWatch encrypts all log groups; a key of the user\'s needs a key policy that only the user can write: ChannelsProvider.logGroup. The log holds nothing '
      + 'sensitive.',
  },
];
