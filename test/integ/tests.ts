/** What a test changes in the account beside its own stack. */
export type Touched = 'alias' | 'workspace' | 'channel';

export interface IntegTestNeeds {
  readonly touches: readonly Touched[];
  /** Whether the account must have the Slack workspace already. */
  readonly needsWorkspace?: boolean;
}

/** The tests, by what their files `test/integ.<name>.ts` are called. */
export const TESTS: Record<string, IntegTestNeeds> = {
  'account-alias': { touches: ['alias'] },
  'account-alias-native': { touches: ['alias'] },
  'chime-channel': { touches: [] },
  'chime-channel-native': { touches: [] },
  'drift-monitor': { touches: ['alias'] },
  'slack-channel': { touches: ['channel'], needsWorkspace: true },
  'slack-channel-native': { touches: ['channel'], needsWorkspace: true },
  'slack-workspace': { touches: ['workspace', 'channel'] },
  'slack-workspace-native': { touches: ['workspace', 'channel'] },
};

/** Whether somebody has to name a Slack workspace and a channel for a test. */
export function needsSlack(test: string): boolean {
  const { touches, needsWorkspace } = TESTS[test];
  return needsWorkspace === true || touches.some((what) => what !== 'alias');
}
