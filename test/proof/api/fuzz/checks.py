"""Checks of our own: what docs/openapi.json promises in words, or by having no entry for something else."""

from __future__ import annotations

from typing import Any

import known
import schemathesis
from schemathesis.generation.meta import REQUEST_SHAPE_PROBES, coverage_scenario

OF_EVERY_RESPONSE = {
    "cache-control",
    "content-length",
    "content-type",
    "connection",
    "date",
    "keep-alive",
    "referrer-policy",
    "strict-transport-security",
    "transfer-encoding",
    "via",
    "x-amz-cf-id",
    "x-cache",
    "x-content-type-options",
    "x-once",
    "x-robots-tag",
}
"""HTTP's own headers, CloudFront's, and those of `securityHeaders` in shared/http.ts."""

OF_A_NONCE = {"malformed", "forged", "expired", "revoked", "spent", "not-yet-valid", "wrong-network"}

OF_A_PASSPHRASE = {"passphrase-required", "passphrase-invalid", "wrong-passphrase", "locked"}

EXPLAINED: dict[str, set[str]] = {
    "issueLink": {"object-missing"},
    "issueLinks": {"object-missing"},
    "listLinks": set(),
    "showLink": {"no-such-link"},
    "revokeLink": {"no-such-link"},
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


def documented(case: schemathesis.Case, response: schemathesis.Response) -> dict[str, Any]:
    """Returns the response as its operation describes it; empty if it doesn't."""
    responses = case.operation.definition.raw["responses"]
    return responses.get(str(response.status_code)) or responses.get("default") or {}


def problems_in(response: schemathesis.Response) -> list[dict[str, Any]]:
    """Returns the problem of a response, and those of the links of a batch."""
    body = known.json_of(response)
    return [each for each in [body, *(result.get("problem", {}) for result in body.get("results", []))] if "reason" in each]


@schemathesis.check
def refusals_are_explained(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """A request that is right is accepted, or refused for a reason that no schema can know."""
    known.checks.update(each.__name__ for each in ctx.internals.checks)
    if known.is_positive(case) and not is_malformed_on_purpose(case):
        reasons = {problem["reason"] for problem in problems_in(response)}
        unexplained = reasons - EXPLAINED[known.operation_of(case)]
        if known.nonce_of(case) in known.passphrases:
            unexplained -= OF_A_PASSPHRASE
        assert not unexplained, f"refused although right: {', '.join(unexplained)}"


@schemathesis.check
def only_what_is_documented(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """No response has a header, or a reason for its status, that the document does not have."""
    if is_malformed_on_purpose(case) or response.status_code == 401:  # which is of the emulator alone
        return
    described = documented(case, response)
    headers = {name.lower() for name in described.get("headers", {})}
    others = {name.lower() for name in response.headers} - headers - OF_EVERY_RESPONSE
    assert not others, f"{response.status_code} has the header {', '.join(others)}"
    reason = known.json_of(response).get("reason")
    if reason is not None:
        examples = described.get("content", {}).get("application/problem+json", {}).get("examples", {})
        assert reason in examples, f"{response.status_code} has the reason {reason}"


@schemathesis.check
def revoked_stays_revoked(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """After its revocation, a link is shown as revoked, and hands out nothing."""
    has_succeeded = response.status_code < 400
    link_id = case.path_parameters.get("id")
    if case.method == "DELETE" and has_succeeded:
        known.revoked.add(link_id)
    if link_id in known.revoked and case.method in ("GET", "DELETE") and response.status_code != 401:
        assert has_succeeded, f"{case.method} has {response.status_code} for a revoked link"
        state = known.json_of(response).get("state", "revoked")
        assert state == "revoked", f"a revoked link is shown as {state}"
    if known.operation_of(case) in ("exchangeNonce", "openLink", "confirmLink") and has_succeeded:
        is_revoked = known.id_of(known.nonce_of(case)) in known.revoked
        assert case.method == "OPTIONS" or not is_revoked, "a revoked link hands something out"
