import type { Construct } from 'constructs';
import { describeAdvice, warn } from './acknowledgeable';
import { showValue } from './props';
import { checkInEachAccount } from './validation';
import { nameOf, type Problem } from '../constraints';

type Property = 'TeamId' | 'ChannelId';

const MEANINGS = {
  TeamId: { what: 'a Slack workspace', example: 'T012ABCDEFG', letters: 'TE', source: 'Copy the team ID from the URL of the workspace in a browser' },
  ChannelId: { what: 'a Slack channel', example: 'C012ABCDEFG', letters: 'CG', source: 'Copy the channel ID from the channel\'s details in Slack' },
};

/** What the first letter of an ID of Slack tells. */
const KINDS: Record<string, string> = {
  A: 'an app', B: 'a bot', C: 'a channel', D: 'a direct message', E: 'an organization', G: 'a private channel', T: 'a workspace', U: 'a user', W: 'a user',
};

/**
 * Warns of an ID that the service takes, as it takes any text without white space, but that Slack does not know: then no notification ever
 * comes, and nothing else tells.
 */
export function warnAboutSlackId(construct: Construct, property: Property, value: string): void {
  checkInEachAccount<Partial<Record<Property, string>>>(construct, { [property]: value }, (properties, isUnresolved) => (
    isUnresolved(properties[property]) ? [] : adviceOn(property, properties[property]!)
  )).forEach((problem) => warn(construct, property === 'TeamId' ? 'teamId' : 'channelId', describeAdvice(problem)));
}

function adviceOn(property: Property, value: string): Problem[] {
  const { what, example, letters, source } = MEANINGS[property];
  const advice = (mistake: string, remedy = `${source}, such as ${example}`): Problem[] => [{
    property: nameOf(property),
    violation: `should be the ID of ${what}, got ${showValue(value)}, which is ${mistake}; no notification would reach anybody`,
    remedy,
  }];
  const contained = new RegExp(`(?<![A-Za-z0-9])[${letters}][A-Z0-9]{6,}(?![A-Za-z0-9])`, 'u').exec(value)?.[0];
  const itsPart = contained === undefined ? undefined : `Give the part of it that is the ID, ${JSON.stringify(contained)}`;
  if (/^[a-z]+:\/\/|^[\w-]+(\.[\w-]+)+\//iu.test(value)) {
    return advice('a URL', itsPart);
  }
  if (/^[#@]/u.test(value)) {
    return advice('a name');
  }
  if (!/^[A-Z0-9]+$/u.test(value)) {
    const upper = value.toUpperCase();
    return new RegExp(`^[${letters}]0[A-Z0-9]+$`, 'u').test(upper)
      ? advice('in lower case', `Give ${JSON.stringify(upper)}`)
      : advice('no ID: these are upper-case letters and digits', itsPart);
  }
  return letters.includes(value[0]) || KINDS[value[0]] === undefined ? [] : advice(`the ID of ${KINDS[value[0]]}`);
}
