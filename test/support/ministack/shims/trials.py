"""Types that throw-away stacks of `once prove` have and MiniStack lacks: subscriptions of plans, deliveries of logs. And refusals: AWS
may refuse a value, MiniStack refuses none. The file that REFUSALS names has reasons by type, read at each creation."""

import json
import os
from pathlib import Path
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import cloudwatch_logs as logs
from ministack.services.cloudformation import provisioners, stacks
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

REFUSALS = os.environ.get("REFUSALS")
provision = provisioners._provision_resource


def answer(response: tuple[int, Any, bytes | str]) -> dict[str, Any]:
    """Returns the body of a service's response; raises what it refused."""
    status, _, body = response
    found = json.loads(body or "{}")
    if status >= 300:
        raise ValueError(str(found.get("message", found)))
    return found


def lower(props: dict[str, Any]) -> dict[str, Any]:
    """Names of properties as those of requests: `LogType` is `logType`."""
    return {name[0].lower() + name[1:]: value for name, value in props.items()}


def create_source(_: str, props: dict[str, Any], __: str) -> tuple[str, dict[str, Any]]:
    """AWS::Logs::DeliverySource."""
    made = answer(logs._put_delivery_source(lower(props)))["deliverySource"]
    return props["Name"], {"Arn": made["arn"]}


def create_destination(_: str, props: dict[str, Any], __: str) -> tuple[str, dict[str, Any]]:
    """AWS::Logs::DeliveryDestination."""
    configuration = {"destinationResourceArn": props["DestinationResourceArn"]}
    request = {"name": props["Name"], "outputFormat": props["OutputFormat"], "deliveryDestinationConfiguration": configuration}
    made = answer(logs._put_delivery_destination(request))["deliveryDestination"]
    return props["Name"], {"Arn": made["arn"]}


def create_delivery(_: str, props: dict[str, Any], __: str) -> tuple[str, dict[str, Any]]:
    """AWS::Logs::Delivery."""
    made = answer(logs._create_delivery(lower(props)))["delivery"]
    return made["id"], {"Arn": made["arn"]}


def create_subscription(_: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """AWS::PricingPlanManager::Subscription, of which nothing reads anything."""
    return f"{stack}-{new_uuid()}", {}


MISSING = {
    "AWS::Logs::DeliverySource": {"create": create_source, "delete": lambda name, _: logs._delete_delivery_source({"name": name})},
    "AWS::Logs::DeliveryDestination": {
        "create": create_destination,
        "delete": lambda name, _: logs._delete_delivery_destination({"name": name}),
    },
    "AWS::Logs::Delivery": {"create": create_delivery, "delete": lambda id, _: logs._delete_delivery({"id": id})},
    "AWS::PricingPlanManager::Subscription": {"create": create_subscription, "delete": lambda *_: None},
}
for name, handlers in MISSING.items():
    _RESOURCE_HANDLERS.setdefault(name, handlers)


def refusing(resource_type: str, *args: Any) -> tuple[str, dict[str, Any]]:
    """Creates a resource, unless the file has a reason for its type."""
    reasons = json.loads(Path(REFUSALS).read_text()) if REFUSALS and Path(REFUSALS).exists() else {}
    if resource_type in reasons:
        raise ValueError(reasons[resource_type])
    return provision(resource_type, *args)


provisioners._provision_resource = stacks._provision_resource = refusing
