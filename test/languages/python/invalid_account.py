from aws_cdk import App, Stack
from cdk_support_channels import AccountAlias, NotificationSeverity, SlackWorkspace

app = App()
stack = Stack(app, "Account")
workspace = SlackWorkspace(stack, "Workspace", team_id="T012ABCDEFG")
workspace.add_channel("Operations", channel_id="C012OPERATE", notify_on_case_severity=NotificationSeverity.NONE)
workspace.add_channel("Duplicate", channel_id="C012OPERATE", notify_on_case_severity=NotificationSeverity.NONE)
AccountAlias(stack, "Alias", account_alias="acme production")
AccountAlias(stack, "OtherAlias", account_alias="acme")

app.synth()
