"""What schemathesis can't read in docs/openapi.json.

A schema describes one field at a time, in formats of its own. It can't say how fields go together, which keys name an object, or
which nonces exist. So formats have generators here, and requests that should be accepted are completed before they are sent.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import zlib
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import checks  # noqa: F401, registers them
import known
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import EnsureResourceAvailability
from schemathesis.specs.openapi import stateful

OBJECTS: list[str] = json.loads(os.environ["OBJECTS"])
"""Keys of the objects in the bucket."""

TOKENS: list[str] = json.loads(os.environ["TOKENS"])
"""Tokens of uploads that links handed out."""

HOME_REGIONS: list[str] = json.loads(os.environ["HOME_REGIONS"])

STARTED = datetime.now(timezone.utc).replace(microsecond=0)

ACCEPT = ["*/*", "application/json", "text/html,*/*;q=0.8"]
"""A program, a program that wants JSON, and a browser."""

NONCE_IN_URL = "$response.body#/url#regex:/d/([A-Za-z0-9_-]+)$"
"""Cuts the nonce out of the response to a link that was issued, in a notation of schemathesis."""

NO_NONCE = "x" * 43


def at(seconds: int) -> str:
    """Returns the time so many seconds after the start of this run, as the API spells it."""
    return (STARTED + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def network(address: int, bits: int) -> str:
    """Returns the IPv4 network around an address."""
    base = address & (-1 << (32 - bits))
    return ".".join(str(base >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{bits}"


INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks that nothing shows; the other invisible characters are of category C."""

printable = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], exclude_characters="*?\\/" + INVISIBLE)
has_word = re.compile(r"\w").search
segments = st.text(printable, min_size=1, max_size=40).filter(lambda text: text not in (".", ".."))
unknown_keys = st.lists(segments, min_size=1, max_size=4).map("/".join).filter(lambda key: not key.startswith("d/"))

schemathesis.openapi.format("received-prefix", st.sampled_from(["", "inbox/", "from/outside/"]))
schemathesis.openapi.format("object-key", st.sampled_from(OBJECTS) | unknown_keys)
schemathesis.openapi.format("file-name", st.text(printable, min_size=1, max_size=255))
schemathesis.openapi.format("sender", st.text(printable, min_size=1, max_size=60).filter(has_word))
schemathesis.openapi.format("reference", st.text(printable, min_size=1, max_size=200).filter(has_word))
schemathesis.openapi.format("message", st.text(printable, min_size=1, max_size=500).filter(has_word))
schemathesis.openapi.format("passphrase", st.text(printable, max_size=6).map("secret{}".format))
schemathesis.openapi.format("version-id", st.from_regex(r"[A-Za-z0-9._~-]{1,40}", fullmatch=True))
schemathesis.openapi.format("well-formed", st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
schemathesis.openapi.format("ip-network", st.builds(network, st.integers(0, 2**32 - 1), st.integers(8, 32)))
schemathesis.openapi.format("date-time", st.integers(3600, 500_000).map(at))

is_likely_root = stateful.is_likely_root_transition
# Sequences begin with issuing a link, too: schemathesis takes `versionId` for the id of a resource that nothing creates.
stateful.is_likely_root_transition = lambda operation, node, produced: is_likely_root(operation, None, produced)


def one_in(count: int, text: str) -> bool:
    """Returns true for about one of so many texts, always for the same ones: a sequence that is played again goes the same way."""
    return zlib.crc32(text.encode(errors="replace")) % count == 0


def complete(link: dict[str, Any]) -> None:
    """Makes a link right as a whole: rules on several fields, on the clock and on the deployment."""
    if "upload" in link and one_in(3, repr(link["upload"])):
        complete_ask(link)
    else:
        link.pop("upload", None)
        complete_file(link)
    for name in ("notify", "remindAt", "deleteFile"):  # The deployment has no endpoint, and no schedules.
        link.pop(name, None)
    if not link.get("passphrase"):
        link.pop("maxTries", None)
    if "expiresAt" in link:
        link.pop("expiresIn", None)
        link["expiresAt"] = min(max(link["expiresAt"], at(3600)), at(600_000))
    if "expiresIn" in link:
        link["expiresIn"] = min(link["expiresIn"], 604_800)
    if "notBefore" in link:
        # It must be before the end, which is ten seconds from now or later.
        link["notBefore"] = at(-3600) if one_in(2, link["notBefore"]) else at(5)
    if "network" in link and one_in(2, link["network"]):
        link["network"] = "127.0.0.0/8"
    if link.get("homeRegion", HOME_REGIONS[0]) not in HOME_REGIONS:
        link["homeRegion"] = HOME_REGIONS[len(link["homeRegion"]) % len(HOME_REGIONS)]


def complete_ask(link: dict[str, Any]) -> None:
    """Makes what is particular to a link that takes a file right: no option of a file that is there."""
    for name in ("key", "uses", "media", "filename", "versionId", "allowMissing", "confirm", "receipt", "bind"):
        link.pop(name, None)
    link["upload"]["maxBytes"] = max(link["upload"]["maxBytes"] % 10**9, 2000)
    if one_in(2, repr(link["upload"])):
        link["upload"].pop("types", None)


def complete_file(link: dict[str, Any]) -> None:
    """Makes what is particular to a link that gives a file right."""
    link.setdefault("key", OBJECTS[0])
    if link["key"] not in OBJECTS and not one_in(4, link["key"]):
        link["key"] = OBJECTS[len(link["key"]) % len(OBJECTS)]
    is_playlist = link["key"].endswith((".m3u8", ".mpd"))
    if link.get("media") == "folder" and "/" not in link["key"]:
        link["media"] = "object"
    is_folder = link.get("media") == "folder" or (link.get("media") is True and is_playlist)
    if is_folder:
        link.pop("filename", None)
    if "versionId" in link and (is_folder or not one_in(4, link["versionId"])):
        del link["versionId"]
    if "versionId" in link:
        link.pop("allowMissing", None)
    if "uses" in link:
        link.pop("receipt", None)
        if is_folder:
            del link["uses"]
    if link.get("bind") not in ("client", "client-only") and "urlSeconds" in link:
        link["urlSeconds"] = min(link["urlSeconds"], 43_200 if link.get("media") else 3600)


def complete_upload(upload: dict[str, Any]) -> None:
    """Makes a request for an upload right as a whole: one of name and key, and a size that the deployment allows, or none."""
    if "key" in upload or "filename" not in upload:
        upload.pop("filename", None)
        upload.setdefault("key", "upload")
    else:
        upload.pop("replace", None)
    if "bytes" in upload and one_in(2, str(upload["bytes"])):
        del upload["bytes"]
    if "bytes" in upload:
        upload["bytes"] %= 10**9


drawn = 0


def draw(ways: int) -> int:
    """Returns a number below `ways`, another one each time."""
    global drawn
    drawn += 1
    return drawn % ways


def nonce_to_send(is_exchanged: bool) -> str | None:
    """Returns a nonce that was not sent yet, or one that was; or none, so that the generated one is sent."""
    way = draw(4)
    usable = [nonce for nonce in known.fresh if known.issued[nonce] or not is_exchanged]
    if way < 2 and usable:
        known.fresh.remove(usable[0])
        known.sent.extend(usable[:1] if known.issued[usable[0]] else [])
        return usable[0]
    return known.sent[-1 - draw(min(8, len(known.sent)))] if way == 2 and known.sent else None


def make_exact(schema: Any) -> None:
    """Makes a schema refuse fields that it doesn't name, which the document allows for later versions, and name no width of numbers."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        if schema.get("format") == "int64":
            del schema["format"]  # What is drawn as no int64 may be one.
        for value in schema.values():
            make_exact(value)
    if isinstance(schema, list):
        for value in schema:
            make_exact(value)


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Makes responses be compared with the document of this version, and adds links that only schemathesis can follow."""
    make_exact(raw_schema["components"]["schemas"])
    links = raw_schema["paths"]["/links"]["post"]["responses"]["201"]["links"]
    links["exchange"] = {"operationId": "exchangeNonce", "requestBody": {"nonce": NONCE_IN_URL}}
    links["open"] = {"operationId": "openLink", "parameters": {"nonce": NONCE_IN_URL}}
    links["confirm"] = {"operationId": "confirmLink", "parameters": {"nonce": NONCE_IN_URL}}


def complete_body(case: schemathesis.Case) -> None:
    """Completes a body that its schema accepts."""
    operation = known.operation_of(case)
    if not isinstance(case.body, dict) or known.is_wrong_at(case, ParameterLocation.BODY):
        return
    for link in {"issueLink": [case.body], "issueLinks": case.body.get("links", [])}.get(operation, []):
        complete(link)
    if operation == "beginUpload":
        complete_upload(case.body)
    if operation == "beginReceived":
        case.body["bytes"] = 1000
    if operation in ("signParts", "signReceivedParts") and case.body.get("parts"):
        # What fits an upload of unknown size, and one of this.
        case.body["parts"] = [{**case.body["parts"][0], "number": 1, "bytes": 1000}]
    if operation == "exchangeNonce" and not known.is_stateful(case):
        case.body["nonce"] = nonce_to_send(is_exchanged=True) or case.body["nonce"]
    if operation == "exchangeNonce" and not known.issued.get(case.body["nonce"], True):
        # The API refuses it with 503, as documented. No other request may have such a status.
        case.body["nonce"] = NO_NONCE


def complete_path(case: schemathesis.Case) -> None:
    """Puts nonces and ids of links that exist into a path."""
    path = case.path_parameters or {}
    if known.is_wrong_at(case, ParameterLocation.PATH):
        return
    if known.is_stateful(case):
        return  # Its path is from the response before it.
    if "nonce" in path:
        path["nonce"] = nonce_to_send(is_exchanged=False) or path["nonce"]
    if known.operation_of(case) in ("signParts", "completeUpload", "endUpload"):
        if known.uploads and draw(3) == 0:
            path["id"] = known.uploads[-1 - draw(min(20, len(known.uploads)))]
    elif known.operation_of(case) in ("signReceivedParts", "completeReceived", "endReceived"):
        if known.received:
            path["id"] = list(known.received)[-1 - draw(min(2, len(known.received)))]
    elif "id" in path and known.sent and draw(3) == 0:
        path["id"] = known.id_of(known.sent[-1 - draw(min(20, len(known.sent)))])


def add_passphrase(case: schemathesis.Case) -> None:
    """Sends the passphrase of a link half of the time; otherwise a wrong one, or none. No schema knows which links have one."""
    is_exchange = known.operation_of(case) == "exchangeNonce"
    place, name = (case.body, "passphrase") if is_exchange else (case.headers, "Once-Passphrase")
    if place is None or known.is_wrong_at(case, ParameterLocation.BODY if is_exchange else ParameterLocation.HEADER):
        return
    if known.nonce_of(case) in known.passphrases:
        passphrase = [known.passphrases[known.nonce_of(case)], "wrong one", None][max(draw(4) - 1, 0)]
        place.pop(name, None)
    else:
        passphrase = "not needed" if name in place else None
    if passphrase is not None:
        place[name] = passphrase if is_exchange else quote(passphrase, safe="")


def add_token(case: schemathesis.Case) -> None:
    """Sends the token of an upload, of the one that the path names if it names one."""
    is_received = case.operation.path.startswith("/received")
    if case.headers is None or not is_received or known.is_wrong_at(case, ParameterLocation.HEADER):
        return
    of_id = known.received.get((case.path_parameters or {}).get("id", ""))
    case.headers["Once-Upload"] = of_id or TOKENS[draw(len(TOKENS))]


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Completes what should be accepted of a request."""
    complete_body(case)
    complete_path(case)
    add_passphrase(case)
    add_token(case)
    if known.operation_of(case) == "listLinks" and not known.is_wrong_at(case, ParameterLocation.QUERY):
        if "cursor" in (case.query or {}) and known.cursors.get(case.query["cursor"]) != known.filter_of(case):
            del case.query["cursor"]
    if case.headers is not None and not known.is_wrong_at(case, ParameterLocation.HEADER):
        if "nonce" in (case.path_parameters or {}):
            case.headers["Accept"] = ACCEPT[draw(len(ACCEPT))]
        if "Idempotency-Key" in case.headers:
            # A key names one request: equal requests have equal keys, others have others.
            request = [known.operation_of(case), case.path_parameters, repr(case.body)]
            case.headers["Idempotency-Key"] = hashlib.sha256(json.dumps(request).encode()).hexdigest()


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: schemathesis.Case, response: schemathesis.Response) -> None:
    """Notes what the API said."""
    operation = known.operation_of(case)
    known.requests[operation] += 1
    known.responses[f"{operation} {response.status_code}"] += 1
    if known.is_stateful(case):
        known.steps[f"{operation} {response.status_code}"] += 1
    if operation in ("issueLink", "issueLinks"):
        for link in known.issued_in(case, response):
            nonce = link["url"][-43:]
            known.issued[nonce] = not (link["media"] or link["uses"] or link["upload"]) and link["bind"] not in ("client", "client-only")
            known.fresh.append(nonce)
            if link["passphrase"]:
                known.passphrases[nonce] = link["passphrase"]
    if operation in ("exchangeNonce", "openLink", "confirmLink") and response.status_code < 400:
        known.used.add(known.id_of(known.nonce_of(case)))
    if operation == "beginReceived" and response.status_code == 200:
        known.received[known.json_of(response)["upload"]["id"]] = case.headers["Once-Upload"]
    if operation == "beginUpload" and response.status_code == 201:
        known.uploads.append(known.json_of(response)["id"])
    following = known.json_of(response).get("next") if operation == "listLinks" else None
    if following is not None:
        known.cursors[following] = known.filter_of(case)


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """Returns whether a failure is one. Use deletes a link without a receipt: it may be gone after it was issued."""
    is_gone = isinstance(failure, EnsureResourceAvailability) and case.path_parameters.get("id") in known.used
    return not is_gone


@atexit.register
def report() -> None:
    """Writes what the run did, without anything that it knows of links."""
    counts = {"requests": known.requests, "responses": known.responses, "steps": known.steps}
    with open(os.environ["COUNTS"], "w", encoding="utf-8") as file:
        json.dump(counts, file)
