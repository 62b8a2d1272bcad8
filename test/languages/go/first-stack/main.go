package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	channels "github.com/cdk-support-channels/cdk-support-channels-go/cdksupportchannels"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("SupportChannels"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")},
	})

	workspace := channels.NewSlackWorkspace(stack, jsii.String("Workspace"), &channels.SlackWorkspaceProps{
		TeamId: jsii.String("T012ABCDEFG"),
	})
	workspace.AddChannel(jsii.String("Operations"), &channels.AddSlackChannelOptions{
		ChannelId:                  jsii.String("C012ABCDEFG"),
		NotifyOnCaseSeverity:       channels.NotificationSeverity_HIGH,
		NotifyOnCreateOrReopenCase: jsii.Bool(true),
		NotifyOnResolveCase:        jsii.Bool(true),
	})
	channels.NewAccountAlias(stack, jsii.String("Alias"), &channels.AccountAliasProps{
		AccountAlias: jsii.String("acme production"),
	})

	app.Synth(nil)
}
