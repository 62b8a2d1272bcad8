/** What CloudFormation does where no source says it, so that a handler must bear either way. Unverified, all of it. */
export interface Assumptions {
  /**
   * How a rollback brings back a custom resource that the update has replaced: an Update with the properties reversed
   * asks the function for it, or it gets its former physical id back without a word to anyone. In either case the
   * cleanup deletes the new one.
   */
  replacedResource: 'REVERSED' | 'RESTORED';
  /**
   * The old properties of the Update that follows one that failed, in a continued rollback or when a deployment rolls
   * forward: those that the failed Update asked for, or those that the resource had before it.
   */
  oldProperties: 'ATTEMPTED' | 'FORMER';
}

/** As the engine has it unless told otherwise. */
export const DEFAULT_ASSUMPTIONS: Assumptions = { replacedResource: 'REVERSED', oldProperties: 'ATTEMPTED' };
