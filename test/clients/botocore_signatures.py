"""Writes the signatures of botocore, with and without a session token, into signed-requests.json, which signature.test.ts compares with.

Not part of the test suite. From the root of the repository:

    python3 -m venv .tmp/boto3 && .tmp/boto3/bin/pip install boto3 && .tmp/boto3/bin/python test/clients/botocore_signatures.py
"""
import datetime
import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

FILE = Path(__file__).with_name("signed-requests.json")
ORIGIN = "https://service.eu-central-1.amazonaws.com"
ACCESS_KEY_ID, SECRET_ACCESS_KEY = "ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = "IQoJb3JpZ2luX2VjE//+=="

botocore.auth.get_current_datetime = lambda: datetime.datetime(2026, 1, 2, 3, 4, 5)


def signature(request, session_token):
    url = urlsplit(ORIGIN + request["path"])
    signed = AWSRequest(
        request["method"],
        url=f"{ORIGIN}{url.path}",
        params=parse_qsl(url.query, keep_blank_values=True),
        headers=request["headers"],
        data=request["body"].encode(),
    )
    credentials = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY, session_token)
    botocore.auth.SigV4Auth(credentials, "chime", "eu-central-1").add_auth(signed)
    return signed.headers["Authorization"].rpartition("Signature=")[2]


requests = json.loads(FILE.read_text())
for entry in requests:
    entry["botocore"] = {"temporary": signature(entry, SESSION_TOKEN), "longLived": signature(entry, None)}
FILE.write_text(json.dumps(requests, indent=2) + "\n")
