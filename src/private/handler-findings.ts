import type { Acknowledgement } from './acknowledgements';

/** Rules of cdk-nag that want what `ChannelsProviderProps` has an option for, and why the handler is right without it. */
const OPTIONS = {
  vpc: {
    rules: rulesOf('LambdaInsideVPC', 'NIST.800.53.R5', 'NIST.800.53.R4', 'HIPAA.Security', 'PCI.DSS.321'),
    reason: 'The handler takes no connections and calls public endpoints of AWS only, over TLS. ChannelsProvider has the option vpc',
  },
  deadLetterQueue: {
    rules: rulesOf('LambdaDLQ', 'NIST.800.53.R5', 'HIPAA.Security', 'Serverless'),
    reason: 'No failure goes unseen: CloudFormation fails each resource of which it gets no answer. ChannelsProvider has the option deadLetterQueue',
  },
  reservedConcurrentExecutions: {
    rules: rulesOf('LambdaConcurrency', 'NIST.800.53.R5', 'HIPAA.Security'),
    reason: 'Nothing but CloudFormation and a DriftMonitor invokes the handler; a reservation would be taken from the other '
      + 'functions of the account. ChannelsProvider has the option reservedConcurrentExecutions',
  },
  tracing: {
    rules: rulesOf('LambdaTracing', 'Serverless'),
    reason: 'A run is one event of CloudFormation, whose calls are in the log one by one. ChannelsProvider has the option tracing',
  },
};

export const LOG_GROUP_FINDINGS: Acknowledgement[] = rulesOf('CloudWatchLogGroupEncrypted', 'NIST.800.53.R5', 'NIST.800.53.R4', 'HIPAA.Security', 'PCI.DSS.321')
  .map((rule) => ({
    rule,
    reason: 'CloudWatch Logs encrypts each log group, and the handler logs nothing that is secret. ChannelsProvider has the option logGroupEncryption',
  }));

function rulesOf(rule: string, ...packs: string[]): string[] {
  return packs.map((pack) => `${pack}-${rule}`);
}

/** What to acknowledge of a handler with some of the options: what an option answers is left to the rule, which sees whether it holds. */
export function handlerFindings(options: { readonly [Option in keyof typeof OPTIONS]?: unknown }): Acknowledgement[] {
  return Object.entries(OPTIONS).filter(([option]) => options[option as keyof typeof OPTIONS] === undefined)
    .flatMap(([, { rules, reason }]) => rules.map((rule) => ({ rule, reason })));
}
