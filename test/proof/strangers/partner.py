"""A partner who calls the API with botocore.

Argument: the API's URL. Prints the status of each call.
"""

import json
import sys
from typing import Any
from urllib.parse import quote

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

statuses: list[int] = []


def ask(method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body)
    request = AWSRequest(method, sys.argv[1] + path, {"content-type": "application/json"}, data)
    SigV4Auth(boto3.Session().get_credentials(), "execute-api", "eu-west-1").add_auth(request)
    response = URLLib3Session().send(request.prepare())
    statuses.append(response.status_code)
    return json.loads(response.content or "null")


first = ask("POST", "/links", {"key": "report.pdf"})
if statuses == [201]:
    reference = "a b/c&d=é+~*'?"
    link = ask("POST", "/links", {"key": "report.pdf", "reference": reference, "receipt": True})
    found = ask("GET", f"/links?reference={quote(reference, safe='')}&limit=1")["links"]
    shown = ask("GET", f"/links/{link['id']}")
    ask("DELETE", f"/links/{link['id']}")
    ask("POST", "/exchange", {"nonce": first["url"][-43:]})
    ask("POST", "/exchange", {"nonce": link["url"][-43:]})
    assert [each["id"] for each in found] == [link["id"]]
    assert shown["reference"] == reference
print(json.dumps(statuses))
