from aws_cdk import App, Stack
from cdk_support_channels import NotificationSeverity, SlackWorkspace

stack = Stack(App(), "Account")
workspace = SlackWorkspace(stack, "Workspace", team_id="T012ABCDEFG")
workspace.add_channel(
    "Operations",
    channel_id="#operations team",
    channel_name="",
    notify_on_case_severity=NotificationSeverity.ALL,
)
