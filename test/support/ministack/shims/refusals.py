"""What MiniStack seldom refuses of its own accord: creations and updates of resources. The file that REFUSALS names has reasons by
type, and is read at each of them. Its type `*` refuses the first creation and the first update of each type, anew for another reason.
And subscriptions of plans, a type that MiniStack lacks, for the throw-away stacks of `once prove`."""

import json
import os
from pathlib import Path
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services.cloudformation import provisioners, stacks
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

REFUSALS = os.environ.get("REFUSALS")
REFUSED: set[str] = set()
Result = tuple[str, dict[str, Any]]
provision, renew = provisioners._provision_resource, provisioners._update_resource


def create_subscription(_: str, props: dict[str, Any], stack: str) -> Result:
    """AWS::PricingPlanManager::Subscription, of which nothing reads anything."""
    return f"{stack}-{new_uuid()}", {}


_RESOURCE_HANDLERS.setdefault(
    "AWS::PricingPlanManager::Subscription", {"create": create_subscription, "delete": lambda *_: None}
)


def reason_for(action: str, resource_type: str) -> str | None:
    """Returns why this creation or update is refused; None if it is not."""
    reasons = json.loads(Path(REFUSALS).read_text()) if REFUSALS and Path(REFUSALS).exists() else {}
    if resource_type in reasons:
        return str(reasons[resource_type])
    reason = f"{reasons.get('*')}: {action} {resource_type}"
    if "*" not in reasons or reason in REFUSED:
        return None
    REFUSED.add(reason)
    return reason


def created(resource_type: str, *args: Any) -> Result:
    """Creates a resource, unless that is refused. A custom resource is made even then: its response is lost."""
    reason = reason_for("create", resource_type)
    if reason is None:
        return provision(resource_type, *args)
    if resource_type.startswith("Custom::"):
        provision(resource_type, *args)
    raise ValueError(reason)


def updated(resource_type: str, physical_id: str, old: dict[str, Any], new: dict[str, Any], *args: Any) -> Result:
    """Updates a resource, unless that is refused."""
    reason = None if old == new else reason_for("update", resource_type)
    if reason is not None:
        raise ValueError(reason)
    return renew(resource_type, physical_id, old, new, *args)


provisioners._provision_resource = stacks._provision_resource = created
provisioners._update_resource = stacks._update_resource = updated
