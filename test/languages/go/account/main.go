// Every public class, with nearly every option: the same as in ../../typescript/account.ts.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawsec2"
	"github.com/aws/jsii-runtime-go"
	channels "github.com/cdk-support-channels/cdk-support-channels-go/cdksupportchannels"
)

const appInstance = "arn:aws:chime:us-east-1:111122223333:app-instance/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90"

func main() {
	defer jsii.Close()

	// The analytics resource of the CDK names the language and its versions.
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	defineAccount(app)
	defineShared(app)
	defineMembers(app)
	defineNative(app)
	app.Synth(nil)
}

func defineAccount(app awscdk.App) {
	account := awscdk.NewStack(app, jsii.String("Account"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-central-1")},
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})

	vpc := awsec2.Vpc_FromVpcAttributes(account, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId:             jsii.String("vpc-0123456789abcdef0"),
		AvailabilityZones: jsii.Strings("eu-central-1a", "eu-central-1b"),
		PrivateSubnetIds:  jsii.Strings("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
	})
	key := awskms.Key_FromKeyArn(account, jsii.String("Key"), jsii.String("arn:aws:kms:eu-central-1:111122223333:key/5d1f1a7e-8c0b-4c53-9d7e-0f6f1c7a2b90"))
	provider := channels.NewChannelsProvider(account, jsii.String("CdkSupportChannels"), &channels.ChannelsProviderProps{
		Code:             channels.HandlerCode_INLINE,
		Runtime:          awslambda.Runtime_NODEJS_22_X(),
		Architecture:     awslambda.Architecture_ARM_64(),
		MemorySize:       jsii.Number(512),
		Timeout:          awscdk.Duration_Minutes(jsii.Number(5)),
		ServiceTimeout:   awscdk.Duration_Minutes(jsii.Number(20)),
		SupportAppRegion: jsii.String("eu-west-1"),
		Vpc:              vpc,
		VpcSubnets:       &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS},
		SecurityGroups: &[]interfacesawsec2.ISecurityGroupRef{
			awsec2.SecurityGroup_FromSecurityGroupId(account, jsii.String("SecurityGroup"), jsii.String("sg-0123456789abcdef0"), nil),
		},
		LogRetention:                 awslogs.RetentionDays_ONE_YEAR,
		EnvironmentEncryption:        key,
		LogGroupEncryption:           key,
		ReservedConcurrentExecutions: jsii.Number(2),
		Tracing:                      awslambda.Tracing_ACTIVE,
		DeadLetterQueue:              awssqs.Queue_FromQueueArn(account, jsii.String("DeadLetters"), jsii.String("arn:aws:sqs:eu-central-1:111122223333:dead-letters")),
	})

	workspace := channels.NewSlackWorkspace(account, jsii.String("Workspace"), &channels.SlackWorkspaceProps{
		TeamId:        jsii.String("T012ABCDEFG"),
		Refresh:       jsii.String("once"),
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		Provider:      provider,
	})

	readers := channels.NewSupportAppRole(account, jsii.String("Readers"), &channels.SupportAppRoleProps{
		Access: channels.SupportAppAccess_READ_ONLY,
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("AWSSupportPlansReadOnlyAccess")),
		},
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"Severities": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{
				Statements: &[]awsiam.PolicyStatement{allow("support:DescribeSeverityLevels")},
			}),
		},
		PermissionsBoundary: awsiam.ManagedPolicy_FromManagedPolicyName(account, jsii.String("Boundary"), jsii.String("workload-boundary")),
		RoleName:            jsii.String("support-readers"),
		Path:                jsii.String("/support/"),
		Description:         jsii.String("People who read support cases in Slack"),
		MaxSessionDuration:  awscdk.Duration_Hours(jsii.Number(4)),
	})
	workspace.AddChannel(jsii.String("Observers"), &channels.AddSlackChannelOptions{
		ChannelId:            jsii.String("C012OBSERVE"),
		ChannelName:          jsii.String("observers"),
		NotifyOnCaseSeverity: channels.NotificationSeverity_NONE,
		ChannelRole:          readers,
		FormerChannelRole:    awsiam.Role_FromRoleName(account, jsii.String("FormerRole"), jsii.String("observers"), nil),
	})
	if !*channels.SlackWorkspace_IsSlackWorkspace(workspace) || !*channels.ChannelsProvider_IsChannelsProvider(provider) ||
		*channels.AccountAlias_IsAccountAlias(readers) || *channels.ChimeChannel_IsChimeChannel(readers) ||
		*channels.SlackChannelConfiguration_IsSlackChannelConfiguration(readers) {
		panic("a construct is not of its kind")
	}

	operations := channels.NewSlackChannelConfiguration(account, jsii.String("Operations"), &channels.SlackChannelConfigurationProps{
		Workspace:   workspace,
		ChannelId:   jsii.String("C012OPERATE"),
		ChannelName: jsii.String("operations"),
		ChannelRole: awsiam.NewRole(account, jsii.String("Operators"), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("supportapp.amazonaws.com"), nil),
		}),
		NotifyOnCaseSeverity:            channels.NotificationSeverity_ALL,
		NotifyOnAddCorrespondenceToCase: jsii.Bool(true),
		NotifyOnCreateOrReopenCase:      jsii.Bool(true),
		NotifyOnResolveCase:             jsii.Bool(false),
		Existing:                        channels.ExistingConfiguration_ADOPT,
		RemovalPolicy:                   awscdk.RemovalPolicy_RETAIN,
		Provider:                        provider,
	})
	operations.GrantPrincipal().AddToPrincipalPolicy(allow("support:DescribeServices"))

	workspace.AddChannel(jsii.String("Urgent"), &channels.AddSlackChannelOptions{
		ChannelId:            jsii.String("C012URGENT1"),
		NotifyOnCaseSeverity: channels.NotificationSeverity_HIGH,
		NotifyOnResolveCase:  jsii.Bool(true),
	})

	alias := channels.NewAccountAlias(account, jsii.String("Alias"), &channels.AccountAliasProps{
		AccountAlias:  jsii.String("acme production"),
		Existing:      channels.ExistingConfiguration_ADOPT,
		RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
		Provider:      provider,
	})

	onCall := channels.NewChimeChannel(account, jsii.String("OnCall"), &channels.ChimeChannelProps{
		AppInstanceArn: jsii.String(appInstance),
		ChimeBearer:    jsii.String(appInstance + "/user/deployer"),
		ChannelName:    jsii.String("Bereitschaft – 当番 🚨"),
		Mode:           channels.ChannelMode_UNRESTRICTED,
		Privacy:        channels.ChannelPrivacy_PUBLIC,
		Metadata:       jsii.String(`{"rota":"https://example.com/?team=a&b=<c>"}`),
		ChannelId:      jsii.String("on-call@example.com"),
		Existing:       channels.ExistingConfiguration_ADOPT,
		MemberArns:     jsii.Strings(appInstance+"/user/first", appInstance+"/user/second"),
		ModeratorArns:  jsii.Strings(appInstance + "/bot/moderator"),
		ExpirationSettings: &channels.ExpirationSettings{
			Expiration:          awscdk.Duration_Days(jsii.Number(90)),
			ExpirationCriterion: channels.ExpirationCriterion_LAST_MESSAGE_TIMESTAMP,
		},
		ChannelFlowArn: jsii.String(appInstance + "/channel-flow/filter"),
		RemovalPolicy:  awscdk.RemovalPolicy_DESTROY,
		Provider:       provider,
	})
	awscdk.Tags_Of(onCall).Add(jsii.String("team"), jsii.String("operations"), nil)
	awscdk.Tags_Of(onCall).Add(jsii.String("Kostenstelle"), jsii.String("für alle"), nil)
	onCall.Grant(readers, jsii.String("chime:SendChannelMessage"), jsii.String("chime:ListChannelMessages"))

	assembly := channels.NewChimeChannel(account, jsii.String("Assembly"), &channels.ChimeChannelProps{
		AppInstanceArn: jsii.String(appInstance),
		ChimeBearer:    jsii.String(appInstance + "/user/deployer"),
		ChannelName:    jsii.String("Assembly"),
		ElasticChannelConfiguration: &channels.ElasticChannelConfiguration{
			MaximumSubChannels:             jsii.Number(100),
			TargetMembershipsPerSubChannel: jsii.Number(10000),
			MinimumMembershipPercentage:    jsii.Number(40),
		},
		ExpirationSettings: &channels.ExpirationSettings{
			Expiration:          awscdk.Duration_Days(jsii.Number(1)),
			ExpirationCriterion: channels.ExpirationCriterion_CREATED_TIMESTAMP,
		},
		Provider: provider,
	})
	assembly.GrantManage(readers)

	output(account, "TeamName", workspace.TeamName())
	output(account, "AccountType", workspace.AccountType())
	output(account, "ChannelId", operations.ChannelId())
	output(account, "AccountAlias", alias.AccountAlias())
	output(account, "ChannelArn", onCall.ChannelArn())
	output(account, "ServiceToken", provider.ServiceToken())
}

// Another account, where most things are there already.
func defineShared(app awscdk.App) {
	shared := awscdk.NewStack(app, jsii.String("Shared"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("444455556666"), Region: jsii.String("us-east-1")},
	})

	channels.NewChannelsProvider(shared, jsii.String("CdkSupportChannels"), &channels.ChannelsProviderProps{
		Code: channels.HandlerCode_ASSET,
		Role: awsiam.Role_FromRoleArn(shared, jsii.String("HandlerRole"), jsii.String("arn:aws:iam::444455556666:role/support-channels"),
			&awsiam.FromRoleArnOptions{Mutable: jsii.Bool(false)}),
		LogGroup: awslogs.LogGroup_FromLogGroupName(shared, jsii.String("LogGroup"), jsii.String("support-channels")),
	})
	registered := channels.SlackWorkspace_FromTeamId(shared, jsii.String("Workspace"), jsii.String("T012ABCDEFG"))
	registered.AddChannel(jsii.String("Platform"), &channels.AddSlackChannelOptions{
		ChannelId:                  jsii.String("C012PLATFRM"),
		NotifyOnCaseSeverity:       channels.NotificationSeverity_ALL,
		NotifyOnCreateOrReopenCase: jsii.Bool(true),
	})
	configured := channels.SlackChannelConfiguration_FromSlackChannelConfigurationAttributes(
		shared, jsii.String("Security"), &channels.SlackChannelConfigurationAttributes{
			TeamId:      registered.TeamId(),
			ChannelId:   jsii.String("C012SECURTY"),
			ChannelRole: awsiam.Role_FromRoleArn(shared, jsii.String("SecurityRole"), jsii.String("arn:aws:iam::444455556666:role/security"), nil),
		})
	configured.GrantPrincipal().AddToPrincipalPolicy(allow("support:DescribeServices"))
	named := channels.AccountAlias_FromAccountAlias(shared, jsii.String("Alias"), jsii.String("acme shared"))
	announcements := channels.ChimeChannel_FromChannelArn(shared, jsii.String("Announcements"), jsii.String(appInstance+"/channel/announcements"))
	announcements.Grant(configured, jsii.String("chime:SendChannelMessage"))

	output(shared, "AccountAlias", named.AccountAlias())
	output(shared, "ChannelArn", announcements.ChannelArn())
	output(shared, "ServiceToken", channels.ChannelsProvider_GetOrCreate(shared).ServiceToken())

	channels.NewSupportAppAccount(shared, jsii.String("Support"), &channels.SupportAppAccountProps{
		Workspace: registered,
		Channels: &map[string]*channels.AddSlackChannelOptions{
			"Database": {ChannelId: jsii.String("C012DATABAS"), NotifyOnCaseSeverity: channels.NotificationSeverity_NONE},
		},
	})
}

// One template for many accounts.
func defineMembers(app awscdk.App) {
	members := awscdk.NewStack(app, jsii.String("Members"), &awscdk.StackProps{
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})

	accountIds := jsii.Strings("111122223333", "444455556666", "777788889999")
	support := channels.NewSupportAppAccount(members, jsii.String("Support"), &channels.SupportAppAccountProps{
		TeamId: jsii.String("T012ABCDEFG"),
		Channels: &map[string]*channels.AddSlackChannelOptions{
			"Operations": {
				ChannelId: channels.AccountValue_Spread(accountIds, jsii.Strings("C012OPERATE", "C012OPERAT2"),
					&channels.AccountValueOptions{DefaultValue: jsii.String("C012OPERATE")}).AsString(),
				ChannelName: channels.AccountValue_ByAccount(&map[string]*string{
					"777788889999": jsii.String("schlüssel"),
					"111122223333": jsii.String("operations"),
					"444455556666": jsii.String("shared"),
				}, nil).AsString(),
				NotifyOnCaseSeverity:       channels.NotificationSeverity_ALL,
				NotifyOnCreateOrReopenCase: jsii.Bool(true),
			},
			"Audit": {
				ChannelId:            jsii.String("C012AUDIT01"),
				NotifyOnCaseSeverity: channels.NotificationSeverity_NONE,
				ChannelRole: channels.NewSupportAppRole(members, jsii.String("Auditors"), &channels.SupportAppRoleProps{
					Access: channels.SupportAppAccess_READ_ONLY,
				}),
				Existing: channels.ExistingConfiguration_FAIL,
			},
		},
		AccountAlias: channels.AccountValue_ByAccount(&map[string]*string{
			"444455556666": jsii.String("acme shared"),
			"111122223333": jsii.String("acme production"),
		}, &channels.AccountValueOptions{DefaultValue: jsii.String("acme")}).AsString(),
		Existing: channels.ExistingConfiguration_ADOPT,
	})
	(*support.Channels())["Audit"].GrantPrincipal().AddToPrincipalPolicy(allow("support:DescribeServices"))

	output(members, "TeamId", support.Workspace().TeamId())
	output(members, "AccountAlias", support.AccountAlias().AccountAlias())
}

// What CloudFormation manages by itself, beside a handler.
func defineNative(app awscdk.App) {
	native := awscdk.NewStack(app, jsii.String("Native"), &awscdk.StackProps{
		Env:         &awscdk.Environment{Account: jsii.String("777788889999"), Region: jsii.String("us-east-1")},
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{GenerateBootstrapVersionRule: jsii.Bool(false)}),
	})

	var types channels.IChannelsProvider = channels.NewNativeProvider(native, jsii.String("Types"))
	var handler channels.IChannelsProvider = channels.ChannelsProvider_GetOrCreate(native)
	workspace := channels.NewSlackWorkspace(native, jsii.String("Workspace"), &channels.SlackWorkspaceProps{TeamId: jsii.String("T012ABCDEFG")})
	workspace.AddChannel(jsii.String("Operations"), &channels.AddSlackChannelOptions{
		ChannelId:            jsii.String("C012OPERATE"),
		NotifyOnCaseSeverity: channels.NotificationSeverity_HIGH,
		NotifyOnResolveCase:  jsii.Bool(true),
	})
	channels.NewAccountAlias(native, jsii.String("Alias"), &channels.AccountAliasProps{
		AccountAlias: jsii.String("acme native"),
		Provider:     handler,
	})
	room := channels.NewChimeChannel(native, jsii.String("OnCall"), &channels.ChimeChannelProps{
		AppInstanceArn: jsii.String(appInstance),
		ChimeBearer:    jsii.String(appInstance + "/user/deployer"),
		ChannelName:    jsii.String("On call"),
		ExpirationSettings: &channels.ExpirationSettings{
			Expiration:          awscdk.Duration_Days(jsii.Number(90)),
			ExpirationCriterion: channels.ExpirationCriterion_LAST_MESSAGE_TIMESTAMP,
		},
		Provider: types,
	})
	awscdk.Tags_Of(room).Add(jsii.String("team"), jsii.String("operations"), nil)
	output(native, "ChannelArn", room.ChannelArn())

	monitor := channels.NewDriftMonitor(native, jsii.String("Drift"), &channels.DriftMonitorProps{
		Schedule: awsevents.Schedule_Rate(awscdk.Duration_Hours(jsii.Number(6))),
		Repair:   channels.DriftRepair_ALL,
		Provider: handler,
	})
	monitor.MetricDrifted(nil).CreateAlarm(native, jsii.String("Drifted"), &awscloudwatch.CreateAlarmOptions{
		Threshold:         jsii.Number(1),
		EvaluationPeriods: jsii.Number(1),
	})
	if !*channels.DriftMonitor_IsDriftMonitor(monitor) {
		panic("a construct is not what it is")
	}
	output(native, "Repaired", monitor.MetricRepaired(nil).MetricName())
	output(native, "Unreadable", monitor.MetricUnreadable(nil).MetricName())
	output(native, "Failed", channels.ChannelsProvider_GetOrCreate(native).MetricFailed(nil).MetricName())
}

func allow(action string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: jsii.Strings(action), Resources: jsii.Strings("*")})
}

func output(stack awscdk.Stack, id string, value *string) {
	awscdk.NewCfnOutput(stack, jsii.String(id), &awscdk.CfnOutputProps{Value: value})
}
