import { Identities, isAllowed, PolicyStatement } from '../../local-aws/identity';

const ACTION = 'iam:PassRole';
const RESOURCE = 'arn:aws:iam::111122223333:role/Support';

function verdict(statements: PolicyStatement[] | undefined, context?: Record<string, string>): boolean {
  const identity = new Identities().issue({
    accountId: '111122223333',
    principalArn: 'arn:aws:sts::111122223333:assumed-role/R/f',
    policies: statements && (() => statements.map((Statement) => ({ Statement }))),
  });
  return isAllowed(identity, { action: ACTION, resource: RESOURCE, context });
}

const allow = (change: Partial<PolicyStatement> = {}): PolicyStatement => ({ Effect: 'Allow', Action: ACTION, Resource: RESOURCE, ...change });
const passedTo = (operator: string, value: string | string[]) => ({ Condition: { [operator]: { 'iam:PassedToService': value } } });

describe('isAllowed', () => {
  test.each<[string, PolicyStatement[] | undefined]>([
    ['without policies', undefined],
    ['with the exact action and resource', [allow()]],
    ['with wildcards', [allow({ Action: 'iam:Pass*', Resource: 'arn:aws:iam::*:role/Sup?ort' })]],
    ['with the action in other letter case', [allow({ Action: 'IAM:passrole' })]],
    ['with lists', [allow({ Action: ['iam:GetRole', ACTION], Resource: ['arn:aws:iam::111122223333:role/Other', RESOURCE] })]],
    ['with a condition that holds', [allow(passedTo('StringEquals', ['a', 'supportapp.amazonaws.com']))]],
    ['with a condition on a pattern', [allow(passedTo('StringLike', 'supportapp.*'))]],
    ['with a deny of something else', [allow(), allow({ Effect: 'Deny', Resource: `${RESOURCE}2` })]],
  ])('allows %s', (_name, statements) => {
    expect(verdict(statements, { 'iam:PassedToService': 'supportapp.amazonaws.com' })).toBe(true);
  });

  test.each<[string, PolicyStatement[]]>([
    ['without statements', []],
    ['for another action', [allow({ Action: 'iam:PassRoles' })]],
    ['for another resource', [allow({ Resource: `${RESOURCE}2` })]],
    ['for a resource in other letter case', [allow({ Resource: RESOURCE.replace('Support', 'support') })]],
    ['with a dot that would match as a pattern', [allow({ Resource: RESOURCE.replace('Support', 'Supp.rt') })]],
    ['after an explicit deny', [allow({ Action: '*', Resource: '*' }), allow({ Effect: 'Deny' })]],
    ['with a condition that does not hold', [allow(passedTo('StringEquals', 'lambda.amazonaws.com'))]],
    ['with a condition on a key that the request lacks', [allow({ Condition: { StringEquals: { 'aws:SourceAccount': '1' } } })]],
  ])('denies %s', (_name, statements) => {
    expect(verdict(statements, { 'iam:PassedToService': 'supportapp.amazonaws.com' })).toBe(false);
  });

  test('fails on a condition operator that it does not know', () => {
    expect(() => verdict([allow(passedTo('StringNotEquals', 'a'))], { 'iam:PassedToService': 'b' })).toThrow('StringNotEquals');
  });

  test('reads the policies at each request', () => {
    const policies = [{ Statement: allow() }];
    const identity = new Identities().issue({ accountId: '1', principalArn: 'p', policies: () => policies });
    expect(isAllowed(identity, { action: ACTION, resource: RESOURCE })).toBe(true);
    policies.pop();
    expect(isAllowed(identity, { action: ACTION, resource: RESOURCE })).toBe(false);
  });
});

describe('Identities', () => {
  test('finds what it has issued, each with keys of its own', () => {
    const identities = new Identities();
    const [one, other] = ['1', '2'].map((accountId) => identities.issue({ accountId, principalArn: 'p' }));
    expect(new Set([one.accessKeyId, other.accessKeyId]).size).toBe(2);
    expect(one.secretAccessKey).not.toBe(other.secretAccessKey);
    expect(identities.find(other.accessKeyId)).toBe(other);
    expect(identities.find('unknown')).toBeUndefined();
  });
});
