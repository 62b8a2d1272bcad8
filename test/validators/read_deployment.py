"""Reads with boto3 what the example's stack has made in the local AWS, and compares it with what the example declares.

Run by `npm run test:validators` with the command that starts `deployment-server.ts` as parameters.
"""
import json
import subprocess
import sys
from urllib.parse import unquote

import boto3
from botocore.config import Config


def client(service, server):
    credentials = server["credentials"]
    return boto3.client(
        service,
        region_name=server["region"],
        endpoint_url=server["endpoints"][service],
        aws_access_key_id=credentials["accessKeyId"],
        aws_secret_access_key=credentials["secretAccessKey"],
        aws_session_token=credentials["sessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def read(server):
    """All that the services answer, and the stack's resources by type."""
    support_app, chime, cloudformation = (client(service, server) for service in ["support-app", "chime-sdk-messaging", "cloudformation"])
    bearer = server["declared"]["onCall"]["chimeBearer"]
    moderated = chime.list_channels_moderated_by_app_instance_user(ChimeBearer=bearer)["Channels"]
    channels = [chime.describe_channel(ChannelArn=each["ChannelSummary"]["ChannelArn"], ChimeBearer=bearer)["Channel"] for each in moderated]
    resources = {}
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=server["stackId"]):
        for resource in page["StackResourceSummaries"]:
            resources.setdefault(resource["ResourceType"], []).append(resource)
    return {
        "alias": support_app.get_account_alias().get("accountAlias"),
        "workspaces": support_app.list_slack_workspace_configurations()["slackWorkspaceConfigurations"],
        "slack_channels": support_app.list_slack_channel_configurations()["slackChannelConfigurations"],
        "chime_channels": [
            {
                **channel,
                "Tags": chime.list_tags_for_resource(ResourceARN=channel["ChannelArn"])["Tags"],
                "Members": sorted(
                    membership["Member"]["Arn"]
                    for membership in chime.list_channel_memberships(ChannelArn=channel["ChannelArn"], ChimeBearer=bearer)["ChannelMemberships"]
                ),
            } for channel in channels
        ],
        "resources": resources,
    }


FLAGS = ["notifyOnAddCorrespondenceToCase", "notifyOnCreateOrReopenCase", "notifyOnResolveCase"]


def declared_channel(team_id, options):
    return {
        "teamId": team_id,
        "channelId": options["channelId"],
        "channelName": options["channelName"],
        "notifyOnCaseSeverity": options["notifyOnCaseSeverity"].lower(),
        **{flag: options.get(flag, False) for flag in FLAGS},
    }


class Comparison:
    def __init__(self):
        self.held = 0

    def equal(self, what, got, expected):
        if got != expected:
            raise SystemExit(f"{what}: got {got!r}, expected {expected!r}")
        self.held += 1


def main():
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    compare = Comparison()
    try:
        server = json.loads(process.stdout.readline())
        compare.equal("the deployment", (server["status"], server.get("reason")), ("CREATE_COMPLETE", None))
        stacks = client("cloudformation", server).describe_stacks(StackName=server["stackName"])["Stacks"]
        compare.equal("the stack", [stack["StackStatus"] for stack in stacks], ["CREATE_COMPLETE"])
        server["stackId"] = stacks[0]["StackId"]
        declared, found = server["declared"], read(server)

        compare.equal("the alias", found["alias"], declared["accountAlias"])
        compare.equal("the workspaces", [workspace["teamId"] for workspace in found["workspaces"]], [declared["teamId"]])
        by_id = sorted(found["slack_channels"], key=lambda channel: channel["channelId"])
        expected = sorted((declared_channel(declared["teamId"], options) for options in declared["channels"].values()), key=lambda channel: channel["channelId"])
        compare.equal("the Slack channels", [{name: channel[name] for name in expected[0]} for channel in by_id], expected)
        roles = [resource["PhysicalResourceId"] for resource in found["resources"]["AWS::IAM::Role"]]
        for channel in by_id:
            compare.equal("the channel's role is one of the stack's", channel["channelRoleArn"].split("/")[-1] in roles, True)
        on_call = declared["onCall"]
        channels = found["chime_channels"]
        compare.equal("the Chime channels", [(channel["Name"], channel["Mode"], channel["Privacy"], channel["Tags"]) for channel in channels],
                      [(on_call["channelName"], "RESTRICTED", "PRIVATE", [{"Key": "team", "Value": "operations"}])])
        compare.equal("the Chime channel's AppInstance", channels[0]["ChannelArn"].split("/channel/")[0], on_call["appInstanceArn"])
        compare.equal("the Chime channel's members", channels[0]["Members"], sorted([on_call["chimeBearer"], *on_call["memberArns"]]))
        physical_ids = [resource["PhysicalResourceId"] for resource in found["resources"]["Custom::ChimeChannel"]]
        compare.equal("the Chime channel is the stack's", [channels[0]["ChannelArn"] in unquote(physical_id) for physical_id in physical_ids], [True])

        # What boto3 has read goes with the stack, so that it was the stack's and no invention of the services.
        process.stdin.write("delete\n")
        process.stdin.flush()
        compare.equal("the deletion", json.loads(process.stdout.readline())["status"], "DELETE_COMPLETE")
        left = read(server)
        compare.equal("what is left in the Support App", (left["alias"], left["slack_channels"]), (None, []))
        compare.equal("the workspace was authorized before, so it stays", left["workspaces"], found["workspaces"])
        compare.equal("the Chime channel is retained", left["chime_channels"], channels)
    finally:
        process.stdin.close()
        process.wait(timeout=30)
    compare.equal("the exit code of the server", process.returncode, 0)
    print(f"{compare.held} comparisons hold (boto3 {boto3.__version__})")


if __name__ == "__main__":
    main()
