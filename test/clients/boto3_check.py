"""Compares the handler's clients with boto3, request by request, against the local services.

Not part of the test suite. From the root of the repository, after `npm ci`:

    python3 -m venv .tmp/boto3 && .tmp/boto3/bin/pip install boto3 && .tmp/boto3/bin/python test/clients/boto3_check.py
"""
import json
import re
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]

# The parts of a request that count, as wire.ts names them.
COMPARED = ["method", "url", "body", "contentType", "host", "date", "securityToken", "bearer", "credential"]


def method_of(operation):
    """The name of an operation's method, such as `get_account_alias`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


def without_ids(answer):
    """An answer without the ids that the service gives, which are new each time."""
    return json.loads(re.sub(r"\b[0-9a-f]{64}\b", "<id>", json.dumps(answer)))


def main():
    server = subprocess.Popen(
        ["npx", "tsx", "test/clients/boto3-server.ts"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(line):
        server.stdin.write(f"{line}\n")
        server.stdin.flush()
        return json.loads(server.stdout.readline())

    try:
        handler = json.loads(server.stdout.readline())
        clients = {
            service: boto3.client(
                service,
                region_name=handler["region"],
                endpoint_url=handler["endpoint"],
                aws_access_key_id=handler["accessKeyId"],
                aws_secret_access_key=handler["secretAccessKey"],
                aws_session_token=handler["sessionToken"],
                config=Config(retries={"total_max_attempts": 1}),
            )
            for service in {call["service"] for call in handler["calls"]}
        }
        ask("prepare")
        answers = []
        for call in handler["calls"]:
            answer = getattr(clients[call["service"]], method_of(call["operation"]))(**call["input"])
            answer.pop("ResponseMetadata")
            answers.append(answer)
        wire = ask("wire")
    finally:
        server.stdin.close()
        server.wait(timeout=10)

    differences = 0
    for index, call in enumerate(handler["calls"]):
        ours, theirs = handler["wire"][index], wire[index]
        different = {name: (ours.get(name), theirs.get(name)) for name in COMPARED if ours.get(name) != theirs.get(name)}
        ours, theirs = without_ids(handler["answers"][index]), without_ids(answers[index])
        if ours != theirs:
            different["answer"] = (ours, theirs)
        print(f"{'differs' if different else 'same   '} {call['operation']}")
        for name, (our, their) in different.items():
            print(f"        {name}: handler {our!r}, boto3 {their!r}")
        differences += bool(different)
    print(f"{len(wire)} requests, {differences} differ (boto3 {boto3.__version__})")
    return 1 if differences or len(wire) != len(handler["wire"]) else 0


if __name__ == "__main__":
    sys.exit(main())
