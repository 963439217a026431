"""What throw-away stacks of `once prove` meet on AWS: subscriptions of plans, a type that MiniStack lacks, and refusals, of which it makes
few. The file that REFUSALS names has reasons by type; it is read at each creation."""

import json
import os
from pathlib import Path
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services.cloudformation import provisioners, stacks
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

REFUSALS = os.environ.get("REFUSALS")
provision = provisioners._provision_resource


def create_subscription(_: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """AWS::PricingPlanManager::Subscription, of which nothing reads anything."""
    return f"{stack}-{new_uuid()}", {}


_RESOURCE_HANDLERS.setdefault(
    "AWS::PricingPlanManager::Subscription", {"create": create_subscription, "delete": lambda *_: None}
)


def refusing(resource_type: str, *args: Any) -> tuple[str, dict[str, Any]]:
    """Creates a resource, unless the file has a reason for its type."""
    reasons = json.loads(Path(REFUSALS).read_text()) if REFUSALS and Path(REFUSALS).exists() else {}
    if resource_type in reasons:
        raise ValueError(reasons[resource_type])
    return provision(resource_type, *args)


provisioners._provision_resource = stacks._provision_resource = refusing
