package acme;

import io.github.cdksupportchannels.AccountAlias;
import io.github.cdksupportchannels.AddSlackChannelOptions;
import io.github.cdksupportchannels.NotificationSeverity;
import io.github.cdksupportchannels.SlackWorkspace;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;

public class FirstStack {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "SupportChannels", StackProps.builder()
            .env(Environment.builder().account("111122223333").region("us-east-1").build())
            .build());

        SlackWorkspace workspace = SlackWorkspace.Builder.create(stack, "Workspace").teamId("T012ABCDEFG").build();
        workspace.addChannel("Operations", AddSlackChannelOptions.builder()
            .channelId("C012ABCDEFG")
            .notifyOnCaseSeverity(NotificationSeverity.HIGH)
            .notifyOnCreateOrReopenCase(true)
            .notifyOnResolveCase(true)
            .build());
        AccountAlias.Builder.create(stack, "Alias").accountAlias("acme production").build();

        app.synth();
    }
}
