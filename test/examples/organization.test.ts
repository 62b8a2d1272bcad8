import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Stage } from 'aws-cdk-lib';
import { SMALL_ORGANIZATION } from './small-organization';
import { ManagementStack } from '../../examples/organization/management-stack';
import { ORGANIZATION, type OrganizationSettings } from '../../examples/organization/settings';
import { ExistingConfiguration } from '../../src';

/** The templates that reviewers have agreed to, for three accounts of each unit. `UPDATE_TEMPLATES=1 npx jest test/examples` writes them anew. */
const PINNED = ['organization-management.template.json', 'organization-member.template.json'].map((name) => path.join(__dirname, name));
const HANDLER = fs.readFileSync(path.join(__dirname, '..', '..', 'assets', 'handler', 'index.js'), 'utf8');

interface Template {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, any>; DependsOn?: string[]; DeletionPolicy?: string }>;
  readonly [section: string]: unknown;
}

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'organization-example-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

/** The templates of the management account and of the members, and the bytes of the latter. */
function synth(settings: OrganizationSettings) {
  const app = new App({ outdir: folder, analyticsReporting: false });
  const stack = new ManagementStack(app, 'SupportChannelsOfOrganization', settings);
  app.synth();
  const read = (file: string) => fs.readFileSync(path.join(folder, file), 'utf8');
  const { files } = JSON.parse(read('SupportChannelsOfOrganization.assets.json')) as { files: Record<string, { source: { path: string } }> };
  const [memberFile, ...others] = Object.values(files).map(({ source }) => source.path).filter((file) => file !== stack.templateFile);
  const body = read(memberFile);
  const [management, member] = [read(stack.templateFile), body].map((text) => JSON.parse(text) as Template);
  return { management, member, memberBytes: Buffer.byteLength(body), assets: 1 + others.length };
}

const byType = ({ Resources }: Template, type: string) => Object.values(Resources).filter(({ Type }) => Type === type);

test('the templates are those that were agreed to', () => {
  const { management, member } = synth(SMALL_ORGANIZATION);
  for (const template of [management, member]) {
    const [handler, ...others] = byType(template, 'AWS::Lambda::Function');
    expect([handler.Properties.Code.ZipFile, others]).toEqual([HANDLER, []]);
    handler.Properties.Code.ZipFile = '(assets/handler/index.js)';
  }
  // The address names the bytes of the members' template, the handler's included.
  const [stackSet] = byType(management, 'AWS::CloudFormation::StackSet');
  expect(stackSet.Properties.TemplateURL['Fn::Sub']).toMatch(/cdk-hnb659fds-assets-999999999999-us-east-1\/[0-9a-f]{64}\.json$/);
  stackSet.Properties.TemplateURL = '(the template of the members)';
  [management, member].forEach((template, index) => {
    if (process.env.UPDATE_TEMPLATES) {
      fs.writeFileSync(PINNED[index], `${JSON.stringify(template, undefined, 2)}\n`);
    }
    const pinned = JSON.parse(fs.readFileSync(PINNED[index], 'utf8')) as Template;
    expect(template).toEqual(pinned);
    expect(Object.keys(template.Resources)).toEqual(Object.keys(pinned.Resources));
  });
});

test('for 500 accounts, the members\' template needs nothing in the account and fits into a bucket', () => {
  const { member, memberBytes, assets } = synth(ORGANIZATION);
  expect(Object.keys(member).sort()).toEqual(['Conditions', 'Resources']);
  expect(byType(member, 'AWS::CloudFormation::Stack')).toEqual([]);
  expect(JSON.stringify(member)).not.toMatch(/Fn::Transform|Fn::ImportValue|cdk-hnb659fds/);
  expect(assets).toBe(1);
  expect(memberBytes).toBeLessThan(1_000_000);
});

test('in a stage with an environment the members\' template decides in the account all the same', () => {
  const { member } = synth(SMALL_ORGANIZATION);
  const app = new App({ outdir: path.join(folder, 'staged'), analyticsReporting: false });
  const stage = new Stage(app, 'Production', { env: { account: ORGANIZATION.managementAccountId, region: ORGANIZATION.region } });
  new ManagementStack(stage, 'SupportChannelsOfOrganization', SMALL_ORGANIZATION);
  const { directory } = stage.synth();
  const [file] = fs.readdirSync(directory).filter((name) => name.endsWith('.stackset.template.json'));
  const staged = JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')) as Template;
  const decided = ({ Conditions }: Template) => JSON.stringify(Conditions);
  expect(decided(staged)).toBe(decided(member));
  expect(byType(staged, 'Custom::SupportAppSlackChannelConfiguration')[0].Properties.ChannelId).toEqual(
    byType(member, 'Custom::SupportAppSlackChannelConfiguration')[0].Properties.ChannelId);
});

test('all accounts but one may fail, and members wait for the workspace of the management account', () => {
  const { management } = synth(ORGANIZATION);
  const [stackSet] = byType(management, 'AWS::CloudFormation::StackSet');
  expect(stackSet.Properties).toMatchObject({
    PermissionModel: 'SERVICE_MANAGED',
    CallAs: 'SELF',
    AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
    OperationPreferences: { FailureToleranceCount: 499, MaxConcurrentCount: 20 },
    StackInstancesGroup: [{ Regions: ['us-east-1'], DeploymentTargets: { OrganizationalUnitIds: Object.keys(ORGANIZATION.organizationalUnits) } }],
  });
  const workspaces = Object.keys(management.Resources).filter((id) => management.Resources[id].Type === 'Custom::SupportAppSlackWorkspace');
  expect(stackSet.DependsOn).toEqual(workspaces);
});

test('the role of a channel stays with the channels that were adopted', () => {
  const { member } = synth({ ...SMALL_ORGANIZATION, existing: ExistingConfiguration.ADOPT });
  const [channel] = byType(member, 'Custom::SupportAppSlackChannelConfiguration');
  const [roleId] = channel.Properties.ChannelRoleArn['Fn::GetAtt'];
  expect([channel.Properties.Existing, member.Resources[roleId].DeletionPolicy]).toEqual(['ADOPT', 'RetainExceptOnCreate']);
});
