"""A check of our own: what docs/openapi.json promises in words."""

from __future__ import annotations

from typing import Any

import known
import schemathesis
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

OF_A_NONCE = {"malformed", "forged", "expired", "revoked", "replaced", "spent", "not-yet-valid", "wrong-network"}

OF_A_PASSPHRASE = {"passphrase-required", "passphrase-invalid", "wrong-passphrase", "locked"}

EXPLAINED: dict[str, set[str]] = {
    "issueLink": {"object-missing"},
    "issueLinks": {"object-missing"},
    "listLinks": set(),
    "showLink": {"no-such-link"},
    "revokeLink": {"no-such-link"},
    "replaceLink": {"no-such-link", "link-revoked", "capability-alive", "object-missing", "idempotency-key-reused"},
    "beginUpload": {"upload-limit", "no-such-upload"},
    "signParts": {"invalid-fields", "upload-limit", "no-such-upload"},
    "completeUpload": {"no-such-upload", "upload-incomplete"},
    "endUpload": {"no-such-upload"},
    "showReceived": {"upload-token"},
    "beginReceived": {"upload-token", "invalid-fields", "link-revoked"},
    "signReceivedParts": {"upload-token", "invalid-fields", "upload-limit", "no-such-upload", "link-revoked"},
    "completeReceived": {"upload-token", "no-such-upload", "upload-incomplete", "link-revoked"},
    "endReceived": {"upload-token", "no-such-upload"},
    "exchangeNonce": OF_A_NONCE,
    "openLink": {*OF_A_NONCE, "unconfirmed", "client-required"},
    "confirmLink": {*OF_A_NONCE, "unconfirmed", "client-required"},
    "probeLink": set(),
    "describeLink": set(),
}
"""Reasons for which a request may be refused that is right by its schemas: no schema can know them."""


def is_malformed_on_purpose(case: schemathesis.Case) -> bool:
    """Returns whether the request is of another method or media type than its operation."""
    return coverage_scenario(case) in REQUEST_SHAPE_PROBES


def problems_in(response: schemathesis.Response) -> list[dict[str, Any]]:
    """Returns the problem of a response, and those of the links of a batch."""
    body = known.json_of(response)
    return [each for each in [body, *(result.get("problem", {}) for result in body.get("results", []))] if "reason" in each]


@schemathesis.check
def refusals_are_explained(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """A request that is right is accepted, or refused for a reason that no schema can know."""
    if known.is_positive(case) and not is_malformed_on_purpose(case):
        reasons = {problem["reason"] for problem in problems_in(response)}
        unexplained = reasons - EXPLAINED[known.operation_of(case)]
        if known.nonce_of(case) in known.passphrases:
            unexplained -= OF_A_PASSPHRASE
        assert not unexplained, f"refused although right: {', '.join(unexplained)}"
