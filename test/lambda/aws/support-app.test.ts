import { supportAppRegion } from '../../../lambda/aws/support-app';
import { SUPPORT_APP_REGIONS } from '../../../src/constraints';
import { clearEnvironment } from '../environment';

beforeEach(clearEnvironment);

describe('supportAppRegion', () => {
  test('the nine Regions have an endpoint of their own', () => {
    expect([...SUPPORT_APP_REGIONS].sort()).toEqual([
      'ap-northeast-1', 'ap-southeast-1', 'ca-central-1', 'eu-central-1', 'eu-west-1', 'eu-west-2', 'us-east-1', 'us-east-2', 'us-west-2',
    ]);
  });

  test.each(SUPPORT_APP_REGIONS)('a stack in %s calls its own', (region) => {
    process.env.AWS_REGION = region;
    expect(supportAppRegion()).toBe(region);
  });

  test.each(['us-west-1', 'eu-west-3', 'ap-south-1', 'eu-central-2', 'us-east-11'])('a stack in %s calls us-east-1', (region) => {
    process.env.AWS_REGION = region;
    expect(supportAppRegion()).toBe('us-east-1');
  });

  test.each(['us-west-1', 'us-east-2'])('the provider\'s Region goes before that of a stack in %s', (region) => {
    process.env.AWS_REGION = region;
    process.env.SUPPORT_APP_REGION = 'eu-west-1';
    expect(supportAppRegion()).toBe('eu-west-1');
  });
});
