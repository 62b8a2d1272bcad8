"""Every public class, with nearly every option: the same as in ../typescript/account.ts."""
from aws_cdk import (
    App, CfnOutput, DefaultStackSynthesizer, Duration, Environment, RemovalPolicy, Stack, Tags,
    aws_ec2 as ec2, aws_events as events, aws_iam as iam, aws_kms as kms, aws_lambda as lambda_, aws_logs as logs,
    aws_sqs as sqs,
)
from cdk_support_channels import (
    AccountAlias, AccountValue, AddSlackChannelOptions, ChannelMode, ChannelPrivacy, ChannelsProvider, ChimeChannel, DriftMonitor, DriftRepair,
    ElasticChannelConfiguration, ExistingConfiguration, ExpirationCriterion, ExpirationSettings, HandlerCode, NativeProvider, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace, SupportAppAccess, SupportAppAccount, SupportAppRole,
)

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90"

# The analytics resource of the CDK names the language and its versions.
app = App(analytics_reporting=False)

account = Stack(
    app, "Account",
    env=Environment(account="111122223333", region="eu-central-1"),
    synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
)

vpc = ec2.Vpc.from_vpc_attributes(
    account, "Vpc",
    vpc_id="vpc-0123456789abcdef0",
    availability_zones=["eu-central-1a", "eu-central-1b"],
    private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
)
key = kms.Key.from_key_arn(account, "Key", "arn:aws:kms:eu-central-1:111122223333:key/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90")
provider = ChannelsProvider(
    account, "CdkSupportChannels",
    code=HandlerCode.INLINE,
    runtime=lambda_.Runtime.NODEJS_22_X,
    architecture=lambda_.Architecture.ARM_64,
    memory_size=512,
    timeout=Duration.minutes(5),
    service_timeout=Duration.minutes(20),
    support_app_region="eu-west-1",
    vpc=vpc,
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
    security_groups=[ec2.SecurityGroup.from_security_group_id(account, "SecurityGroup", "sg-0123456789abcdef0")],
    log_retention=logs.RetentionDays.ONE_YEAR,
    environment_encryption=key,
    log_group_encryption=key,
    reserved_concurrent_executions=2,
    tracing=lambda_.Tracing.ACTIVE,
    dead_letter_queue=sqs.Queue.from_queue_arn(account, "DeadLetters", "arn:aws:sqs:eu-central-1:111122223333:dead-letters"),
)

workspace = SlackWorkspace(
    account, "Workspace",
    team_id="T012ABCDEFG",
    refresh="once",
    removal_policy=RemovalPolicy.RETAIN,
    provider=provider,
)

readers = SupportAppRole(
    account, "Readers",
    access=SupportAppAccess.READ_ONLY,
    managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AWSSupportPlansReadOnlyAccess")],
    inline_policies={
        "Severities": iam.PolicyDocument(
            statements=[iam.PolicyStatement(actions=["support:DescribeSeverityLevels"], resources=["*"])],
        ),
    },
    permissions_boundary=iam.ManagedPolicy.from_managed_policy_name(account, "Boundary", "workload-boundary"),
    role_name="support-readers",
    path="/support/",
    description="People who read support cases in Slack",
    max_session_duration=Duration.hours(4),
)
workspace.add_channel(
    "Observers",
    channel_id="C012OBSERVE",
    channel_name="observers",
    notify_on_case_severity=NotificationSeverity.NONE,
    channel_role=readers,
    former_channel_role=iam.Role.from_role_name(account, "FormerRole", "observers"),
)

operations = SlackChannelConfiguration(
    account, "Operations",
    workspace=workspace,
    channel_id="C012OPERATE",
    channel_name="operations",
    channel_role=iam.Role(account, "Operators", assumed_by=iam.ServicePrincipal("supportapp.amazonaws.com")),
    notify_on_case_severity=NotificationSeverity.ALL,
    notify_on_add_correspondence_to_case=True,
    notify_on_create_or_reopen_case=True,
    notify_on_resolve_case=False,
    existing=ExistingConfiguration.ADOPT,
    removal_policy=RemovalPolicy.RETAIN,
    provider=provider,
)
if not (
    SlackWorkspace.is_slack_workspace(workspace) and ChannelsProvider.is_channels_provider(provider)
) or AccountAlias.is_account_alias(readers) or ChimeChannel.is_chime_channel(readers) \
        or SlackChannelConfiguration.is_slack_channel_configuration(readers):
    raise RuntimeError("a construct is not of its kind")
operations.grant_principal.add_to_principal_policy(
    iam.PolicyStatement(actions=["support:DescribeServices"], resources=["*"]),
)

workspace.add_channel(
    "Urgent",
    channel_id="C012URGENT1",
    notify_on_case_severity=NotificationSeverity.HIGH,
    notify_on_resolve_case=True,
)

alias = AccountAlias(
    account, "Alias",
    account_alias="acme production",
    existing=ExistingConfiguration.ADOPT,
    removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    provider=provider,
)

on_call = ChimeChannel(
    account, "OnCall",
    app_instance_arn=APP_INSTANCE,
    chime_bearer=f"{APP_INSTANCE}/user/deployer",
    channel_name="Bereitschaft – 当番 🚨",
    mode=ChannelMode.UNRESTRICTED,
    privacy=ChannelPrivacy.PUBLIC,
    metadata='{"rota":"https://example.com/?team=a&b=<c>"}',
    channel_id="on-call@example.com",
    existing=ExistingConfiguration.ADOPT,
    member_arns=[f"{APP_INSTANCE}/user/first", f"{APP_INSTANCE}/user/second"],
    moderator_arns=[f"{APP_INSTANCE}/bot/moderator"],
    expiration_settings=ExpirationSettings(expiration=Duration.days(90), expiration_criterion=ExpirationCriterion.LAST_MESSAGE_TIMESTAMP),
    channel_flow_arn=f"{APP_INSTANCE}/channel-flow/filter",
    removal_policy=RemovalPolicy.DESTROY,
    provider=provider,
)
Tags.of(on_call).add("team", "operations")
Tags.of(on_call).add("Kostenstelle", "für alle")
on_call.grant(readers, "chime:SendChannelMessage", "chime:ListChannelMessages")

assembly = ChimeChannel(
    account, "Assembly",
    app_instance_arn=APP_INSTANCE,
    chime_bearer=f"{APP_INSTANCE}/user/deployer",
    channel_name="Assembly",
    elastic_channel_configuration=ElasticChannelConfiguration(
        maximum_sub_channels=100, target_memberships_per_sub_channel=10_000, minimum_membership_percentage=40,
    ),
    expiration_settings=ExpirationSettings(expiration=Duration.days(1), expiration_criterion=ExpirationCriterion.CREATED_TIMESTAMP),
    provider=provider,
)
assembly.grant_manage(readers)

CfnOutput(account, "TeamName", value=workspace.team_name)
CfnOutput(account, "AccountType", value=workspace.account_type)
CfnOutput(account, "ChannelId", value=operations.channel_id)
CfnOutput(account, "AccountAlias", value=alias.account_alias)
CfnOutput(account, "ChannelArn", value=on_call.channel_arn)
CfnOutput(account, "ServiceToken", value=provider.service_token)

# Another account, where most things are there already.
shared = Stack(app, "Shared", env=Environment(account="444455556666", region="us-east-1"))

ChannelsProvider(
    shared, "CdkSupportChannels",
    code=HandlerCode.ASSET,
    role=iam.Role.from_role_arn(
        shared, "HandlerRole", "arn:aws:iam::444455556666:role/support-channels", mutable=False,
    ),
    log_group=logs.LogGroup.from_log_group_name(shared, "LogGroup", "support-channels"),
)
registered = SlackWorkspace.from_team_id(shared, "Workspace", "T012ABCDEFG")
registered.add_channel(
    "Platform",
    channel_id="C012PLATFRM",
    notify_on_case_severity=NotificationSeverity.ALL,
    notify_on_create_or_reopen_case=True,
)
configured = SlackChannelConfiguration.from_slack_channel_configuration_attributes(
    shared, "Security",
    team_id=registered.team_id,
    channel_id="C012SECURTY",
    channel_role=iam.Role.from_role_arn(shared, "SecurityRole", "arn:aws:iam::444455556666:role/security"),
)
configured.grant_principal.add_to_principal_policy(
    iam.PolicyStatement(actions=["support:DescribeServices"], resources=["*"]),
)
named = AccountAlias.from_account_alias(shared, "Alias", "acme shared")
announcements = ChimeChannel.from_channel_arn(shared, "Announcements", f"{APP_INSTANCE}/channel/announcements")
announcements.grant(configured, "chime:SendChannelMessage")

CfnOutput(shared, "AccountAlias", value=named.account_alias)
CfnOutput(shared, "ChannelArn", value=announcements.channel_arn)
CfnOutput(shared, "ServiceToken", value=ChannelsProvider.get_or_create(shared).service_token)

SupportAppAccount(
    shared, "Support",
    workspace=registered,
    channels={
        "Database": AddSlackChannelOptions(channel_id="C012DATABAS", notify_on_case_severity=NotificationSeverity.NONE),
    },
)

# One template for many accounts.
members = Stack(app, "Members", synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False))

account_ids = ["111122223333", "444455556666", "777788889999"]
support = SupportAppAccount(
    members, "Support",
    team_id="T012ABCDEFG",
    channels={
        "Operations": AddSlackChannelOptions(
            channel_id=AccountValue.spread(
                account_ids, ["C012OPERATE", "C012OPERAT2"], default_value="C012OPERATE",
            ).as_string,
            channel_name=AccountValue.by_account(
                {"777788889999": "schlüssel", "111122223333": "operations", "444455556666": "shared"},
            ).as_string,
            notify_on_case_severity=NotificationSeverity.ALL,
            notify_on_create_or_reopen_case=True,
        ),
        "Audit": AddSlackChannelOptions(
            channel_id="C012AUDIT01",
            notify_on_case_severity=NotificationSeverity.NONE,
            channel_role=SupportAppRole(members, "Auditors", access=SupportAppAccess.READ_ONLY),
            existing=ExistingConfiguration.FAIL,
        ),
    },
    account_alias=AccountValue.by_account(
        {"444455556666": "acme shared", "111122223333": "acme production"}, default_value="acme",
    ).as_string,
    existing=ExistingConfiguration.ADOPT,
)
support.channels["Audit"].grant_principal.add_to_principal_policy(
    iam.PolicyStatement(actions=["support:DescribeServices"], resources=["*"]),
)

CfnOutput(members, "TeamId", value=support.workspace.team_id)
CfnOutput(members, "AccountAlias", value=support.account_alias.account_alias)

# What CloudFormation manages by itself, beside a handler.
native = Stack(
    app, "Native",
    env=Environment(account="777788889999", region="us-east-1"),
    synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
)

types = NativeProvider(native, "Types")
handler = ChannelsProvider.get_or_create(native)
SlackWorkspace(native, "Workspace", team_id="T012ABCDEFG").add_channel(
    "Operations",
    channel_id="C012OPERATE",
    notify_on_case_severity=NotificationSeverity.HIGH,
    notify_on_resolve_case=True,
)
AccountAlias(native, "Alias", account_alias="acme native", provider=handler)
room = ChimeChannel(
    native, "OnCall",
    app_instance_arn=APP_INSTANCE,
    chime_bearer=f"{APP_INSTANCE}/user/deployer",
    channel_name="On call",
    expiration_settings=ExpirationSettings(expiration=Duration.days(90), expiration_criterion=ExpirationCriterion.LAST_MESSAGE_TIMESTAMP),
    provider=types,
)
Tags.of(room).add("team", "operations")
CfnOutput(native, "ChannelArn", value=room.channel_arn)

monitor = DriftMonitor(
    native, "Drift",
    schedule=events.Schedule.rate(Duration.hours(6)),
    repair=DriftRepair.ALL,
    provider=handler,
)
monitor.metric_drifted().create_alarm(native, "Drifted", threshold=1, evaluation_periods=1)
assert DriftMonitor.is_drift_monitor(monitor)
CfnOutput(native, "Repaired", value=monitor.metric_repaired().metric_name)
CfnOutput(native, "Unreadable", value=monitor.metric_unreadable().metric_name)
CfnOutput(native, "Failed", value=ChannelsProvider.get_or_create(native).metric_failed().metric_name)

app.synth()
