package acme;

import io.github.cdksupportchannels.AddSlackChannelOptions;
import io.github.cdksupportchannels.NotificationSeverity;
import io.github.cdksupportchannels.SlackWorkspace;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

public class InvalidProperties {
    public static void main(String[] args) {
        Stack stack = new Stack(new App(), "Account");
        SlackWorkspace workspace = SlackWorkspace.Builder.create(stack, "Workspace").teamId("T012ABCDEFG").build();
        workspace.addChannel("Operations", AddSlackChannelOptions.builder()
            .channelId("#operations team")
            .channelName("")
            .notifyOnCaseSeverity(NotificationSeverity.ALL)
            .build());
    }
}
