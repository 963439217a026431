"""Signs each request with botocore, and compares every header with those that were sent.

A line has the request as it was sent: method, url, headers and body; and the credentials, Region and service that it is
signed for. botocore gets the headers that the sender chose. Its clock is `now` in epoch milliseconds, or without it the time
that the request names.
"""

import datetime
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lines import Line, report, same

# Headers that a signer adds, and those of the connection, which no signer sees.
ADDED = {"authorization", "host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"}
CONNECTION = {"accept-encoding", "connection", "content-length"}


def time_of(line: Line) -> datetime.datetime:
    if "now" not in line:
        return datetime.datetime.strptime(line["headers"]["x-amz-date"], "%Y%m%dT%H%M%SZ")
    return datetime.datetime.fromtimestamp(line["now"] // 1000, datetime.UTC)


def check(line: Line) -> None:
    sent = {name: value for name, value in line["headers"].items() if name not in CONNECTION}
    botocore.auth.get_current_datetime = lambda *_: time_of(line)
    parts = urlsplit(line["url"])
    request = AWSRequest(
        method=line["method"],
        url=parts._replace(query="").geturl(),
        # The service decodes the query, and encodes it again as the specification of SigV4 says.
        params=parse_qsl(parts.query, keep_blank_values=True, strict_parsing=parts.query != ""),
        headers={name: value for name, value in sent.items() if name not in ADDED},
        data=line.get("body", "").encode(),
    )
    signer = botocore.auth.S3SigV4Auth if line["service"] == "s3" else botocore.auth.SigV4Auth
    credentials = Credentials(line["accessKeyId"], line["secretAccessKey"], line.get("sessionToken"))
    signer(credentials, line["service"], line["region"]).add_auth(request)
    # botocore leaves the header Host to its HTTP client, and signs the host of the URL.
    theirs = {"host": parts.netloc} | {name.lower(): value for name, value in request.headers.items()}
    same("set of headers", sorted(sent), sorted(theirs))
    for name in theirs:
        same(name, sent[name], theirs[name])


report(check)
