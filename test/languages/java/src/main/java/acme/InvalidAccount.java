package acme;

import io.github.cdksupportchannels.AccountAlias;
import io.github.cdksupportchannels.AddSlackChannelOptions;
import io.github.cdksupportchannels.NotificationSeverity;
import io.github.cdksupportchannels.SlackWorkspace;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

public class InvalidAccount {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "Account");
        SlackWorkspace workspace = SlackWorkspace.Builder.create(stack, "Workspace").teamId("T012ABCDEFG").build();
        AddSlackChannelOptions channel = AddSlackChannelOptions.builder()
            .channelId("C012OPERATE")
            .notifyOnCaseSeverity(NotificationSeverity.NONE)
            .build();
        workspace.addChannel("Operations", channel);
        workspace.addChannel("Duplicate", channel);
        AccountAlias.Builder.create(stack, "Alias").accountAlias("acme production").build();
        AccountAlias.Builder.create(stack, "OtherAlias").accountAlias("acme").build();

        app.synth();
    }
}
