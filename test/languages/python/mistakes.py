"""What people get wrong in Python, with the whole text of the error that they meet: python mistakes.py.

Where Python itself or jsii checks a type before the library sees the value, theirs is the message.
"""
import sys
from typing import Callable

from aws_cdk import App, CfnParameter, Duration, RemovalPolicy, Stack, aws_lambda as lambda_, aws_s3 as s3
from cdk_support_channels import (
    AccountAlias, AccountValue, ChannelsProvider, ChimeChannel, ExistingConfiguration, ExpirationCriterion, ExpirationSettings,
    NativeProvider, NotificationSeverity, SlackChannelConfiguration, SlackWorkspace, SlackWorkspaceProps, SupportAppAccount,
)

APP_INSTANCE = "arn:aws:chime:us-east-1:111122223333:app-instance/acme"
NONE = NotificationSeverity.NONE


def workspace(stack: Stack):
    return SlackWorkspace.from_team_id(stack, "Workspace", "T012ABCDEFG")


def chime_channel(stack: Stack, **others):
    return ChimeChannel(
        stack, "OnCall", app_instance_arn=APP_INSTANCE, chime_bearer=f"{APP_INSTANCE}/user/deployer", channel_name="On call", **others,
    )


# A mistake, and the kind and the text of the error.
MISTAKES: list[tuple[Callable[[Stack], object], str, str]] = [
    # Python's own checks, and those of the generated code.
    (
        lambda stack: SlackWorkspace(stack, "Workspace"),
        "TypeError", "SlackWorkspace.__init__() missing 1 required keyword-only argument: 'team_id'",
    ),
    (
        lambda stack: SlackWorkspace(stack, "Workspace", teamId="T012ABCDEFG"),
        "TypeError", "SlackWorkspace.__init__() got an unexpected keyword argument 'teamId'",
    ),
    (
        lambda stack: SlackWorkspace(stack, "Workspace", SlackWorkspaceProps(team_id="T012ABCDEFG")),
        "TypeError", "SlackWorkspace.__init__() takes 3 positional arguments but 4 were given",
    ),
    (
        lambda stack: SlackWorkspace(stack, "Workspace", team_id=None),
        "TypeError", "type of argument team_id must be str; got NoneType instead",
    ),
    (
        lambda stack: workspace(stack).add_channel("Operations", channel_id="C012OPERATE", notify_on_case_severity="all"),
        "TypeError", "type of argument notify_on_case_severity must be cdk_support_channels.NotificationSeverity; got str instead",
    ),
    (
        lambda stack: workspace(stack).add_channel(
            "Operations", channel_id="C012OPERATE", notify_on_case_severity=NotificationSeverity.ALL, notify_on_resolve_case="yes",
        ),
        "TypeError", "type of argument notify_on_resolve_case must be one of (bool, NoneType); got str instead",
    ),
    (
        lambda stack: ChannelsProvider(stack, "Provider", timeout=300),
        "TypeError", "type of argument timeout must be one of (aws_cdk.Duration, NoneType); got int instead",
    ),
    (
        lambda stack: ChannelsProvider(stack, "Provider", log_retention=30),
        "TypeError", "type of argument log_retention must be one of (aws_cdk.aws_logs.RetentionDays, NoneType); got int instead",
    ),
    (
        lambda stack: chime_channel(stack, expiration_settings=ExpirationSettings(
            expiration=90, expiration_criterion=ExpirationCriterion.LAST_MESSAGE_TIMESTAMP,
        )),
        "TypeError", "type of argument expiration must be aws_cdk.Duration; got int instead",
    ),
    (
        lambda stack: AccountValue.by_account(["acme"]),
        "TypeError", "type of argument values must be collections.abc.Mapping; got list instead",
    ),
    # Those of jsii, for types that Python's checks let through.
    (
        lambda stack: SlackChannelConfiguration(
            stack, "Operations", workspace="T012ABCDEFG", channel_id="C012OPERATE", notify_on_case_severity=NONE,
        ),
        "RuntimeError",
        """\
Passed to parameter props of new cdk-support-channels.SlackChannelConfiguration: Unable to deserialize value as cdk-support-channels.SlackChannelConfigurationProps
├── 🛑 Failing value is an object
│      { '$jsii.struct': [Object] }
╰── 🔍 Failure reason(s):
    ╰─ Key 'workspace': Unable to deserialize value as aws-cdk-lib.interfaces.aws_supportapp.ISlackWorkspaceConfigurationRef
        ├── 🛑 Failing value is a string
        │      'T012ABCDEFG'
        ╰── 🔍 Failure reason(s):
            ╰─ Value does not have the "$jsii.byref" key""",
    ),
    (
        lambda stack: SlackChannelConfiguration(
            stack, "Operations", workspace=workspace(stack), channel_id="C012OPERATE", notify_on_case_severity=NONE,
            channel_role="arn:aws:iam::111122223333:role/support",
        ),
        "RuntimeError",
        """\
Passed to parameter props of new cdk-support-channels.SlackChannelConfiguration: Unable to deserialize value as cdk-support-channels.SlackChannelConfigurationProps
├── 🛑 Failing value is an object
│      { '$jsii.struct': [Object] }
╰── 🔍 Failure reason(s):
    ╰─ Key 'channelRole': Unable to deserialize value as aws-cdk-lib.interfaces.aws_iam.IRoleRef | undefined
        ├── 🛑 Failing value is a string
        │      'arn:aws:iam::111122223333:role/support'
        ╰── 🔍 Failure reason(s):
            ╰─ Value does not have the "$jsii.byref" key""",
    ),
    (
        lambda stack: SupportAppAccount(stack, "Support", team_id="T012ABCDEFG", channels={
            "Operations": {"channel_id": "C012OPERATE", "notify_on_case_severity": NONE},
        }),
        "RuntimeError",
        """\
Passed to parameter props of new cdk-support-channels.SupportAppAccount: Unable to deserialize value as cdk-support-channels.SupportAppAccountProps
├── 🛑 Failing value is an object
│      { '$jsii.struct': [Object] }
╰── 🔍 Failure reason(s):
    ╰─ Key 'channels': Unable to deserialize value as map<cdk-support-channels.AddSlackChannelOptions> | undefined
        ├── 🛑 Failing value is an object
        │      { '$jsii.map': [Object] }
        ╰── 🔍 Failure reason(s):
            ╰─ Key 'Operations': Unable to deserialize value as cdk-support-channels.AddSlackChannelOptions
                ├── 🛑 Failing value is an object
                │      { '$jsii.map': [Object] }
                ╰── 🔍 Failure reason(s):
                    ╰─ Missing required properties for cdk-support-channels.AddSlackChannelOptions: 'channelId', 'notifyOnCaseSeverity'""",
    ),
    (
        lambda stack: chime_channel(stack, member_arns=f"{APP_INSTANCE}/user/first"),
        "RuntimeError",
        """\
Passed to parameter props of new cdk-support-channels.ChimeChannel: Unable to deserialize value as cdk-support-channels.ChimeChannelProps
├── 🛑 Failing value is an object
│      { '$jsii.struct': [Object] }
╰── 🔍 Failure reason(s):
    ╰─ Key 'memberArns': Unable to deserialize value as array<string> | undefined
        ├── 🛑 Failing value is a string
        │      'arn:aws:chime:us-east-1:111122223333:app-instance/acme/user/first'
        ╰── 🔍 Failure reason(s):
            ╰─ Value is not an array""",
    ),
    (
        lambda stack: AccountValue.by_account({"111122223333": 5}),
        "RuntimeError",
        """\
@jsii/kernel.SerializationError: Passed to parameter values of static method cdk-support-channels.AccountValue.byAccount: Unable to deserialize value as map<string>
├── 🛑 Failing value is an object
│      { '$jsii.map': [Object] }
╰── 🔍 Failure reason(s):
    ╰─ Key '111122223333': Unable to deserialize value as string
        ├── 🛑 Failing value is a number
        │      5
        ╰── 🔍 Failure reason(s):
            ╰─ Value is not a string""",
    ),
    # The library's.
    (
        lambda stack: SlackWorkspace(stack, "Workspace", team_id="acme team"),
        "RuntimeError",
        'SlackWorkspace at "Stack/Workspace" has 1 problem:\n'
        '  - teamId: must be 1 to 256 characters without white space, got "acme team". '
        "Copy the team ID from the URL of the workspace in a browser, such as T012ABCDEFG.",
    ),
    (
        lambda stack: workspace(stack).add_channel(
            "Operations", channel_id="#support operations", notify_on_case_severity=NotificationSeverity.ALL,
        ),
        "RuntimeError",
        'Error: SlackChannelConfiguration at "Stack/Workspace/Operations" has 2 problems:\n'
        '  - channelId: must be 1 to 256 characters without white space, got "#support operations". '
        "Copy the channel ID (not the name) from the channel's details in Slack, such as C012ABCDEFG.\n"
        "  - notifyOnCaseSeverity: must be none without a notification, got all. "
        "Set at least one of notifyOnAddCorrespondenceToCase, notifyOnCreateOrReopenCase, notifyOnResolveCase to true, or choose none.",
    ),
    (
        lambda stack: workspace(stack).add_channel(
            "Operations", channel_id="C012OPERATE", notify_on_case_severity=NONE, channel_role=s3.Bucket(stack, "Bucket"),
        ),
        "RuntimeError",
        'Error: SlackChannelConfiguration at "Stack/Workspace/Operations" has 1 problem:\n'
        '  - channelRole: must be an IAM role, got the Bucket at "Stack/Bucket". '
        "Give a role, such as iam.Role.fromRoleArn(this, 'Role', arn), or leave the property out.",
    ),
    (
        lambda stack: SlackWorkspace(stack, "Workspace", team_id="T012ABCDEFG", provider=s3.Bucket(stack, "Bucket")),
        "RuntimeError",
        'SlackWorkspace at "Stack/Workspace" has 1 problem:\n'
        '  - provider: must be a ChannelsProvider or a NativeProvider, got the Bucket at "Stack/Bucket". '
        "Give a ChannelsProvider of the stack or a NativeProvider, or leave the property out.",
    ),
    (
        lambda stack: SlackWorkspace(stack, "Workspace", team_id="T012ABCDEFG", removal_policy=RemovalPolicy.SNAPSHOT),
        "RuntimeError",
        'SlackWorkspace at "Stack/Workspace" has 1 problem:\n'
        '  - removalPolicy: must be destroy or retain or retain-on-update-or-delete, got "snapshot". '
        "Choose RemovalPolicy.DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.",
    ),
    (
        lambda stack: SupportAppAccount(stack, "Support", team_id="T012ABCDEFG", workspace=workspace(stack)),
        "RuntimeError",
        'SupportAppAccount at "Stack/Support" has 1 problem:\n'
        "  - teamId: must be set, or else workspace, got both. "
        "Give teamId to register the workspace, or workspace if that is registered elsewhere.",
    ),
    (
        lambda stack: AccountAlias(stack, "Alias", account_alias="acme: production & shared services"),
        "RuntimeError",
        'AccountAlias at "Stack/Alias" has 1 problem:\n'
        '  - accountAlias: must be 1 to 30 characters (letters, digits, _, - and space), got "acme: production & shared services". '
        "Shorten it or replace the other characters.",
    ),
    (
        lambda stack: [NativeProvider(stack, "Native"), AccountAlias(
            stack, "Alias", account_alias="acme", existing=ExistingConfiguration.ADOPT,
        )],
        "RuntimeError",
        'AccountAlias at "Stack/Alias" has 1 problem:\n'
        '  - existing: must be FAIL or left out with a NativeProvider, as AWS::SupportApp::AccountAlias has nothing like it, got "ADOPT". '
        "Leave it out and take over what exists with cdk import, or give the construct a ChannelsProvider as provider.",
    ),
    (
        lambda stack: AccountValue.by_account({"11122223333": "acme"}),
        "RuntimeError",
        'Error: AccountValue at "byAccount" has 1 problem:\n'
        '  - values: must name accounts by their 12 digits, got "11122223333". Give the account ID as a text, with leading zeros.',
    ),
    (
        lambda stack: AccountValue.by_account({"111122223333": CfnParameter(stack, "Parameter").value_as_string}),
        "RuntimeError",
        'Error: AccountValue at "byAccount" has 1 problem:\n'
        '  - values["111122223333"]: must be a text that is known at synth, got one that is known only at deployment. Give a text.',
    ),
    (
        lambda stack: chime_channel(stack, expiration_settings=ExpirationSettings(
            expiration=Duration.hours(90), expiration_criterion=ExpirationCriterion.LAST_MESSAGE_TIMESTAMP,
        )),
        "RuntimeError",
        'ChimeChannel at "Stack/OnCall" has 1 problem:\n'
        "  - expirationSettings.expiration: must be 1 to 5475 whole days, got 3.75 days. Change it, such as to Duration.days(90).",
    ),
    (
        lambda stack: ChannelsProvider(
            stack, "Provider", memory_size=64.5, timeout=Duration.minutes(16), runtime=lambda_.Runtime.PYTHON_3_12,
        ),
        "RuntimeError",
        'ChannelsProvider at "Stack/Provider" has 3 problems:\n'
        '  - runtime: must be nodejs20.x or later, got "python3.12". Choose a newer Node.js runtime, or leave the property out.\n'
        "  - memorySize: must be a whole number of 128 to 10240 MiB, got 64.5. Choose a size in that range; the default suffices.\n"
        "  - timeout: must be a whole number of 1 to 900 seconds, got 960 seconds. "
        "Choose 1 second to 15 minutes, the limit of AWS Lambda.",
    ),
    (
        lambda stack: [SlackWorkspace(stack, "Workspace", team_id="T012ABCDEFG"), ChannelsProvider(stack, "CdkSupportChannels")],
        "RuntimeError",
        'ChannelsProvider at "Stack/CdkSupportChannels" has 1 problem:\n'
        '  - id: must be another one, got "CdkSupportChannels", at which there is a ChannelsProvider already: '
        "the first construct that needs one makes it. "
        "Define the ChannelsProvider before all constructs that it serves, or give it another id and pass it to them as provider.",
    ),
]


def error_of(mistake: Callable[[Stack], object]) -> tuple[str, str]:
    try:
        mistake(Stack(App(), "Stack"))
    except Exception as error:
        return type(error).__name__, str(error)
    return "no error", ""


def main() -> int:
    failures = 0
    for mistake, kind, text in MISTAKES:
        actual = error_of(mistake)
        if actual != (kind, text):
            failures += 1
            line = mistake.__code__.co_firstlineno
            print(f"mistakes.py:{line} should be\n{kind}: {text}\nbut is\n{actual[0]}: {actual[1]}\n")
    print(f"{len(MISTAKES) - failures} of {len(MISTAKES)} mistakes have the right message")
    return 1 if failures or len(MISTAKES) < 15 else 0


sys.exit(main())
