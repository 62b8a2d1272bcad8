/**
 * What happens when the account already has the configuration that a construct is about to create.
 */
export enum ExistingConfiguration {
  /**
   * The deployment fails and names what is there.
   *
   * A configuration that already equals the declaration in everything is taken over instead, and is left in place when the construct is
   * removed.
   */
  FAIL = 'FAIL',

  /**
   * The existing configuration is brought to the declared state.
   *
   * It is not the stack's to delete: removing the construct leaves it in the account.
   *
   * What another stack of the account has is taken over as it is. With other settings the deployment fails and says what to do there,
   * unless they are those of a Slack channel that gets a role of this stack, which shows whose it is.
   */
  ADOPT = 'ADOPT',

  /**
   * The existing configuration is brought to the declared state and becomes the stack's: it is deleted with the construct.
   *
   * It is how a configuration that was retained comes back to a stack, and how a team takes over for good what somebody made in the
   * AWS Support Center Console. For what another stack of the account has, the same holds as with `ADOPT`.
   */
  OWN = 'OWN',
}
