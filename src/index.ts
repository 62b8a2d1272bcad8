export * from './account-alias';
export * from './account-value';
export * from './channels-provider';
export * from './chime-channel';
export * from './existing-configuration';
export * from './slack-channel-configuration';
export * from './slack-workspace';
export * from './support-app-role';
