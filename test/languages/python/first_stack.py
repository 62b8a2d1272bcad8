from aws_cdk import App, Environment, Stack
from cdk_support_channels import AccountAlias, NotificationSeverity, SlackWorkspace

app = App()
stack = Stack(app, "SupportChannels", env=Environment(account="111122223333", region="us-east-1"))

workspace = SlackWorkspace(stack, "Workspace", team_id="T012ABCDEFG")
workspace.add_channel(
    "Operations",
    channel_id="C012ABCDEFG",
    notify_on_case_severity=NotificationSeverity.HIGH,
    notify_on_create_or_reopen_case=True,
    notify_on_resolve_case=True,
)
AccountAlias(stack, "Alias", account_alias="acme production")

app.synth()
