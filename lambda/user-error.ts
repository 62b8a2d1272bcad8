/** A mistake that the user can mend; its message says what is wrong and what to do. */
export class UserError extends Error {}

export const OUT_OF_TIME = 'The handler ran out of time. Deploy again later, or give ChannelsProvider a longer timeout.';
