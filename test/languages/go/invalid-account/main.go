package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	channels "github.com/cdk-support-channels/cdk-support-channels-go/cdksupportchannels"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Account"), nil)
	workspace := channels.NewSlackWorkspace(stack, jsii.String("Workspace"), &channels.SlackWorkspaceProps{
		TeamId: jsii.String("T012ABCDEFG"),
	})
	channel := &channels.AddSlackChannelOptions{
		ChannelId:            jsii.String("C012OPERATE"),
		NotifyOnCaseSeverity: channels.NotificationSeverity_NONE,
	}
	workspace.AddChannel(jsii.String("Operations"), channel)
	workspace.AddChannel(jsii.String("Duplicate"), channel)
	channels.NewAccountAlias(stack, jsii.String("Alias"), &channels.AccountAliasProps{AccountAlias: jsii.String("acme production")})
	channels.NewAccountAlias(stack, jsii.String("OtherAlias"), &channels.AccountAliasProps{AccountAlias: jsii.String("acme")})

	app.Synth(nil)
}
