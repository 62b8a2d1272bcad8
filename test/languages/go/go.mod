module acme.example/support-channels

go 1.25.0

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.227.0
	github.com/aws/jsii-runtime-go v1.140.0
	github.com/cdk-support-channels/cdk-support-channels-go/cdksupportchannels v0.0.0
)

replace github.com/cdk-support-channels/cdk-support-channels-go/cdksupportchannels => ../packages/go/cdksupportchannels
