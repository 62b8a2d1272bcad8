package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	channels "github.com/cdk-support-channels/cdk-support-channels-go/cdksupportchannels"
)

func main() {
	defer jsii.Close()

	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Account"), nil)
	workspace := channels.NewSlackWorkspace(stack, jsii.String("Workspace"), &channels.SlackWorkspaceProps{
		TeamId: jsii.String("T012ABCDEFG"),
	})
	workspace.AddChannel(jsii.String("Operations"), &channels.AddSlackChannelOptions{
		ChannelId:            jsii.String("#operations team"),
		ChannelName:          jsii.String(""),
		NotifyOnCaseSeverity: channels.NotificationSeverity_ALL,
	})
}
