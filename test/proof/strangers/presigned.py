"""Signs each presigned URL again with botocore, and compares all of its parameters.

A line has the URL, and the credentials and Region of its signer; of an upload, also its method, and the headers that must be sent.
"""

import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lines import Line, report, same

ADDED = {
    f"X-Amz-{name}"
    for name in ("Algorithm", "Credential", "Date", "Expires", "Security-Token", "Signature", "SignedHeaders")
}


def check(line: Line) -> None:
    parts = urlsplit(line["url"])
    sent = parse_qsl(parts.query, strict_parsing=True)
    now = datetime.datetime.strptime(dict(sent)["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda *_: now
    request = AWSRequest(
        line.get("method", "GET"),
        parts._replace(query="").geturl(),
        headers=line.get("headers"),
        params={name: value for name, value in sent if name not in ADDED},
    )
    credentials = Credentials(line["accessKeyId"], line["secretAccessKey"], line.get("sessionToken"))
    botocore.auth.S3SigV4QueryAuth(credentials, "s3", line["region"], line["seconds"]).add_auth(request)
    same("parameters", sorted(sent), sorted(parse_qsl(urlsplit(request.url).query, strict_parsing=True)))
    same("object", unquote(parts.path, errors="strict"), "/" + line["key"])
    same("version", dict(sent).get("versionId"), line.get("versionId"))


report(check)
