package acme;

import io.github.cdksupportchannels.*;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.DefaultStackSynthesizer;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Tags;
import software.amazon.awscdk.services.cloudwatch.CreateAlarmOptions;
import software.amazon.awscdk.services.ec2.*;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.iam.*;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.Tracing;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.sqs.Queue;

/** Every public class, with nearly every option: the same as in ../typescript/account.ts. */
public class Account {
    private static final String APP_INSTANCE =
        "arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90";

    public static void main(String[] args) {
        // The analytics resource of the CDK names the language and its versions.
        App app = App.Builder.create().analyticsReporting(false).build();
        defineAccount(app);
        defineShared(app);
        defineMembers(app);
        defineNative(app);
        app.synth();
    }

    private static void defineAccount(App app) {
        Stack account = Stack.Builder.create(app, "Account")
            .env(Environment.builder().account("111122223333").region("eu-central-1").build())
            .synthesizer(DefaultStackSynthesizer.Builder.create().generateBootstrapVersionRule(false).build())
            .build();

        IVpc vpc = Vpc.fromVpcAttributes(account, "Vpc", VpcAttributes.builder()
            .vpcId("vpc-0123456789abcdef0")
            .availabilityZones(List.of("eu-central-1a", "eu-central-1b"))
            .privateSubnetIds(List.of("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"))
            .build());
        IKey key = Key.fromKeyArn(account, "Key",
            "arn:aws:kms:eu-central-1:111122223333:key/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90");
        ChannelsProvider provider = ChannelsProvider.Builder.create(account, "CdkSupportChannels")
            .code(HandlerCode.INLINE)
            .runtime(Runtime.NODEJS_22_X)
            .architecture(Architecture.ARM_64)
            .memorySize(512)
            .timeout(Duration.minutes(5))
            .serviceTimeout(Duration.minutes(20))
            .supportAppRegion("eu-west-1")
            .vpc(vpc)
            .vpcSubnets(SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build())
            .securityGroups(List.of(SecurityGroup.fromSecurityGroupId(account, "SecurityGroup", "sg-0123456789abcdef0")))
            .logRetention(RetentionDays.ONE_YEAR)
            .environmentEncryption(key)
            .logGroupEncryption(key)
            .reservedConcurrentExecutions(2)
            .tracing(Tracing.ACTIVE)
            .deadLetterQueue(Queue.fromQueueArn(account, "DeadLetters", "arn:aws:sqs:eu-central-1:111122223333:dead-letters"))
            .build();

        SlackWorkspace workspace = SlackWorkspace.Builder.create(account, "Workspace")
            .teamId("T012ABCDEFG")
            .refresh("once")
            .removalPolicy(RemovalPolicy.RETAIN)
            .provider(provider)
            .build();

        SupportAppRole readers = SupportAppRole.Builder.create(account, "Readers")
            .access(SupportAppAccess.READ_ONLY)
            .managedPolicies(List.of(ManagedPolicy.fromAwsManagedPolicyName("AWSSupportPlansReadOnlyAccess")))
            .inlinePolicies(Map.of("Severities", PolicyDocument.Builder.create()
                .statements(List.of(allow("support:DescribeSeverityLevels")))
                .build()))
            .permissionsBoundary(ManagedPolicy.fromManagedPolicyName(account, "Boundary", "workload-boundary"))
            .roleName("support-readers")
            .path("/support/")
            .description("People who read support cases in Slack")
            .maxSessionDuration(Duration.hours(4))
            .build();
        workspace.addChannel("Observers", AddSlackChannelOptions.builder()
            .channelId("C012OBSERVE")
            .channelName("observers")
            .notifyOnCaseSeverity(NotificationSeverity.NONE)
            .channelRole(readers)
            .formerChannelRole(Role.fromRoleName(account, "FormerRole", "observers"))
            .build());
        if (!SlackWorkspace.isSlackWorkspace(workspace) || !ChannelsProvider.isChannelsProvider(provider)
            || AccountAlias.isAccountAlias(readers) || ChimeChannel.isChimeChannel(readers)
            || SlackChannelConfiguration.isSlackChannelConfiguration(readers)) {
            throw new IllegalStateException("a construct is not of its kind");
        }

        SlackChannelConfiguration operations = SlackChannelConfiguration.Builder.create(account, "Operations")
            .workspace(workspace)
            .channelId("C012OPERATE")
            .channelName("operations")
            .channelRole(Role.Builder.create(account, "Operators")
                .assumedBy(new ServicePrincipal("supportapp.amazonaws.com"))
                .build())
            .notifyOnCaseSeverity(NotificationSeverity.ALL)
            .notifyOnAddCorrespondenceToCase(true)
            .notifyOnCreateOrReopenCase(true)
            .notifyOnResolveCase(false)
            .existing(ExistingConfiguration.ADOPT)
            .removalPolicy(RemovalPolicy.RETAIN)
            .provider(provider)
            .build();
        operations.getGrantPrincipal().addToPrincipalPolicy(allow("support:DescribeServices"));

        workspace.addChannel("Urgent", AddSlackChannelOptions.builder()
            .channelId("C012URGENT1")
            .notifyOnCaseSeverity(NotificationSeverity.HIGH)
            .notifyOnResolveCase(true)
            .build());

        AccountAlias alias = AccountAlias.Builder.create(account, "Alias")
            .accountAlias("acme production")
            .existing(ExistingConfiguration.ADOPT)
            .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            .provider(provider)
            .build();

        ChimeChannel onCall = ChimeChannel.Builder.create(account, "OnCall")
            .appInstanceArn(APP_INSTANCE)
            .chimeBearer(APP_INSTANCE + "/user/deployer")
            .channelName("Bereitschaft – 当番 🚨")
            .mode(ChannelMode.UNRESTRICTED)
            .privacy(ChannelPrivacy.PUBLIC)
            .metadata("{\"rota\":\"https://example.com/?team=a&b=<c>\"}")
            .channelId("on-call@example.com")
            .existing(ExistingConfiguration.ADOPT)
            .memberArns(List.of(APP_INSTANCE + "/user/first", APP_INSTANCE + "/user/second"))
            .moderatorArns(List.of(APP_INSTANCE + "/bot/moderator"))
            .expirationSettings(ExpirationSettings.builder()
                .expiration(Duration.days(90)).expirationCriterion(ExpirationCriterion.LAST_MESSAGE_TIMESTAMP).build())
            .channelFlowArn(APP_INSTANCE + "/channel-flow/filter")
            .removalPolicy(RemovalPolicy.DESTROY)
            .provider(provider)
            .build();
        Tags.of(onCall).add("team", "operations");
        Tags.of(onCall).add("Kostenstelle", "für alle");
        onCall.grant(readers, "chime:SendChannelMessage", "chime:ListChannelMessages");

        ChimeChannel assembly = ChimeChannel.Builder.create(account, "Assembly")
            .appInstanceArn(APP_INSTANCE)
            .chimeBearer(APP_INSTANCE + "/user/deployer")
            .channelName("Assembly")
            .elasticChannelConfiguration(ElasticChannelConfiguration.builder()
                .maximumSubChannels(100).targetMembershipsPerSubChannel(10_000).minimumMembershipPercentage(40).build())
            .expirationSettings(ExpirationSettings.builder()
                .expiration(Duration.days(1)).expirationCriterion(ExpirationCriterion.CREATED_TIMESTAMP).build())
            .provider(provider)
            .build();
        assembly.grantManage(readers);

        output(account, "TeamName", workspace.getTeamName());
        output(account, "AccountType", workspace.getAccountType());
        output(account, "ChannelId", operations.getChannelId());
        output(account, "AccountAlias", alias.getAccountAlias());
        output(account, "ChannelArn", onCall.getChannelArn());
        output(account, "ServiceToken", provider.getServiceToken());
    }

    /** Another account, where most things are there already. */
    private static void defineShared(App app) {
        Stack shared = Stack.Builder.create(app, "Shared")
            .env(Environment.builder().account("444455556666").region("us-east-1").build())
            .build();

        ChannelsProvider.Builder.create(shared, "CdkSupportChannels")
            .code(HandlerCode.ASSET)
            .role(Role.fromRoleArn(shared, "HandlerRole", "arn:aws:iam::444455556666:role/support-channels",
                FromRoleArnOptions.builder().mutable(false).build()))
            .logGroup(LogGroup.fromLogGroupName(shared, "LogGroup", "support-channels"))
            .build();
        ISlackWorkspace registered = SlackWorkspace.fromTeamId(shared, "Workspace", "T012ABCDEFG");
        registered.addChannel("Platform", AddSlackChannelOptions.builder()
            .channelId("C012PLATFRM")
            .notifyOnCaseSeverity(NotificationSeverity.ALL)
            .notifyOnCreateOrReopenCase(true)
            .build());
        ISlackChannelConfiguration configured = SlackChannelConfiguration.fromSlackChannelConfigurationAttributes(
            shared, "Security", SlackChannelConfigurationAttributes.builder()
                .teamId(registered.getTeamId())
                .channelId("C012SECURTY")
                .channelRole(Role.fromRoleArn(shared, "SecurityRole", "arn:aws:iam::444455556666:role/security"))
                .build());
        configured.getGrantPrincipal().addToPrincipalPolicy(allow("support:DescribeServices"));
        IAccountAlias named = AccountAlias.fromAccountAlias(shared, "Alias", "acme shared");
        IChimeChannel announcements = ChimeChannel.fromChannelArn(shared, "Announcements", APP_INSTANCE + "/channel/announcements");
        announcements.grant(configured, "chime:SendChannelMessage");

        output(shared, "AccountAlias", named.getAccountAlias());
        output(shared, "ChannelArn", announcements.getChannelArn());
        output(shared, "ServiceToken", ChannelsProvider.getOrCreate(shared).getServiceToken());

        SupportAppAccount.Builder.create(shared, "Support")
            .workspace(registered)
            .channels(Map.of("Database", AddSlackChannelOptions.builder()
                .channelId("C012DATABAS")
                .notifyOnCaseSeverity(NotificationSeverity.NONE)
                .build()))
            .build();
    }

    /** One template for many accounts. */
    private static void defineMembers(App app) {
        Stack members = Stack.Builder.create(app, "Members")
            .synthesizer(DefaultStackSynthesizer.Builder.create().generateBootstrapVersionRule(false).build())
            .build();

        List<String> accountIds = List.of("111122223333", "444455556666", "777788889999");
        // Map.of() has another order in each run.
        SupportAppAccount support = SupportAppAccount.Builder.create(members, "Support")
            .teamId("T012ABCDEFG")
            .channels(Map.of(
                "Operations", AddSlackChannelOptions.builder()
                    .channelId(AccountValue.spread(accountIds, List.of("C012OPERATE", "C012OPERAT2"),
                        AccountValueOptions.builder().defaultValue("C012OPERATE").build()).getAsString())
                    .channelName(AccountValue.byAccount(Map.of(
                        "777788889999", "schlüssel", "111122223333", "operations", "444455556666", "shared")).getAsString())
                    .notifyOnCaseSeverity(NotificationSeverity.ALL)
                    .notifyOnCreateOrReopenCase(true)
                    .build(),
                "Audit", AddSlackChannelOptions.builder()
                    .channelId("C012AUDIT01")
                    .notifyOnCaseSeverity(NotificationSeverity.NONE)
                    .channelRole(SupportAppRole.Builder.create(members, "Auditors").access(SupportAppAccess.READ_ONLY).build())
                    .existing(ExistingConfiguration.FAIL)
                    .build()))
            .accountAlias(AccountValue.byAccount(
                Map.of("444455556666", "acme shared", "111122223333", "acme production"),
                AccountValueOptions.builder().defaultValue("acme").build()).getAsString())
            .existing(ExistingConfiguration.ADOPT)
            .build();
        support.getChannels().get("Audit").getGrantPrincipal().addToPrincipalPolicy(allow("support:DescribeServices"));

        output(members, "TeamId", support.getWorkspace().getTeamId());
        output(members, "AccountAlias", support.getAccountAlias().getAccountAlias());
    }

    /** What CloudFormation manages by itself, beside a handler. */
    private static void defineNative(App app) {
        Stack stack = Stack.Builder.create(app, "Native")
            .env(Environment.builder().account("777788889999").region("us-east-1").build())
            .synthesizer(DefaultStackSynthesizer.Builder.create().generateBootstrapVersionRule(false).build())
            .build();

        IChannelsProvider types = new NativeProvider(stack, "Types");
        IChannelsProvider handler = ChannelsProvider.getOrCreate(stack);
        SlackWorkspace.Builder.create(stack, "Workspace").teamId("T012ABCDEFG").build()
            .addChannel("Operations", AddSlackChannelOptions.builder()
                .channelId("C012OPERATE")
                .notifyOnCaseSeverity(NotificationSeverity.HIGH)
                .notifyOnResolveCase(true)
                .build());
        AccountAlias.Builder.create(stack, "Alias").accountAlias("acme native").provider(handler).build();
        ChimeChannel room = ChimeChannel.Builder.create(stack, "OnCall")
            .appInstanceArn(APP_INSTANCE)
            .chimeBearer(APP_INSTANCE + "/user/deployer")
            .channelName("On call")
            .expirationSettings(ExpirationSettings.builder()
                .expiration(Duration.days(90))
                .expirationCriterion(ExpirationCriterion.LAST_MESSAGE_TIMESTAMP)
                .build())
            .provider(types)
            .build();
        Tags.of(room).add("team", "operations");
        output(stack, "ChannelArn", room.getChannelArn());

        DriftMonitor monitor = DriftMonitor.Builder.create(stack, "Drift")
            .schedule(Schedule.rate(Duration.hours(6)))
            .repair(DriftRepair.ALL)
            .provider(handler)
            .build();
        monitor.metricDrifted().createAlarm(stack, "Drifted", CreateAlarmOptions.builder()
            .threshold(1)
            .evaluationPeriods(1)
            .build());
        if (!DriftMonitor.isDriftMonitor(monitor)) {
            throw new IllegalStateException("a construct is not what it is");
        }
        output(stack, "Repaired", monitor.metricRepaired().getMetricName());
        output(stack, "Unreadable", monitor.metricUnreadable().getMetricName());
        output(stack, "Failed", ChannelsProvider.getOrCreate(stack).metricFailed().getMetricName());
    }

    private static PolicyStatement allow(String action) {
        return PolicyStatement.Builder.create().actions(List.of(action)).resources(List.of("*")).build();
    }

    private static void output(Stack stack, String id, String value) {
        CfnOutput.Builder.create(stack, id).value(value).build();
    }
}
