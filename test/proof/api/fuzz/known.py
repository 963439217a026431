"""What a run knows: which links the API has issued, and what the run did."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from typing import Any

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

issued: dict[str, bool] = {}
"""Nonces that were issued, each with whether it may be exchanged: not if it takes a file, is for a player or several clients, or bound to one."""

fresh: list[str] = []
"""Those that were not sent yet."""

sent: list[str] = []
"""Those that were sent at least once and may be exchanged."""

cursors: dict[str, str] = {}
"""Cursors, each with the query that it belongs to."""

passphrases: dict[str, str] = {}
"""Nonces of links that have a passphrase, each with that."""

uploads: list[str] = []
"""Ids of uploads that were begun."""

received: dict[str, str] = {}
"""Ids of uploads that were begun with a token, each with that."""

used: set[str] = set()
"""Ids of used links."""

requests: Counter[str] = Counter()
"""How often each operation was requested."""

responses: Counter[str] = Counter()
"""How often each response came, such as `issueLink 201`."""

steps: Counter[str] = Counter()
"""How often each response came in a sequence of requests."""


def id_of(nonce: str) -> str:
    """Returns the id of the link with this nonce."""
    return base64.urlsafe_b64encode(hashlib.sha256(nonce.encode()).digest()).decode()[:22]


def operation_of(case: schemathesis.Case) -> str:
    """Returns the operationId of a request."""
    return case.operation.definition.raw["operationId"]


def is_positive(case: schemathesis.Case) -> bool:
    """Returns whether a request is right by its schemas."""
    return case.meta is not None and case.meta.generation.mode.is_positive


def is_stateful(case: schemathesis.Case) -> bool:
    """Returns whether a request is a step in a sequence."""
    return case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL


def is_wrong_at(case: schemathesis.Case, location: ParameterLocation) -> bool:
    """Returns whether a part of a request is wrong by its schema, or not known to be right."""
    component = None if case.meta is None else case.meta.components.get(location)
    return not is_positive(case) if component is None else component.mode.is_negative


def nonce_of(case: schemathesis.Case) -> str:
    """Returns the nonce in a request; empty if there is none."""
    place = case.body if isinstance(case.body, dict) else case.path_parameters or {}
    return str(place.get("nonce", ""))


def filter_of(case: schemathesis.Case) -> str:
    """Returns the part of a list's query to which a cursor belongs, as text."""
    query = {name: value for name, value in (case.query or {}).items() if name in ("issuer", "reference", "state")}
    return json.dumps(query, sort_keys=True)


def json_of(response: schemathesis.Response) -> dict[str, Any]:
    """Returns the body of a response if it is a JSON object, or else an empty one."""
    types = response.headers.get("content-type") or [""]
    body = response.json() if "json" in types[0] else {}
    return body if isinstance(body, dict) else {}


def issued_in(case: schemathesis.Case, response: schemathesis.Response) -> list[dict[str, Any]]:
    """Returns the links that a response issued, each with the `media`, `uses` and `upload` that were asked for and its passphrase, if any."""
    body = json_of(response)
    issued = [body] if response.status_code == 201 else [result.get("link") for result in body.get("results", [])]
    asked = case.body if isinstance(case.body, dict) else {}
    links = asked.get("links") if isinstance(asked.get("links"), list) else [asked]
    return [
        {"passphrase": wanted.get("passphrase"), **link, **{name: wanted.get(name) for name in ("media", "uses", "upload")}}
        for link, wanted in zip(issued, links)
        if link is not None and isinstance(wanted, dict)
    ]
