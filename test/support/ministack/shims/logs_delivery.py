"""AWS::Logs::DeliverySource, DeliveryDestination and Delivery, which MiniStack's CloudFormation lacks, although its CloudWatch Logs has
their calls: CloudFront's access logs, standard logging v2."""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch_logs as logs
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

Call = Callable[[dict[str, Any]], tuple[Any, ...]]


def made_by(call: Call, request: dict[str, Any]) -> dict[str, Any]:
    """Returns what a call makes. Raises an error with its message if it is refused."""
    status, _headers, body = call(request)
    if status != 200:
        raise ValueError(json.loads(body).get("message"))
    return next(iter(json.loads(body).values()))


def source(_logical_id: str, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    """Creates or changes a delivery source."""
    request = {"name": props["Name"], "resourceArn": props["ResourceArn"], "logType": props["LogType"]}
    return props["Name"], {"Arn": made_by(logs._put_delivery_source, request)["arn"]}


def destination(_logical_id: str, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    """Creates or changes a delivery destination."""
    configuration = {"destinationResourceArn": props["DestinationResourceArn"]}
    request = {
        "name": props["Name"],
        "outputFormat": props["OutputFormat"],
        "deliveryDestinationConfiguration": configuration,
    }
    return props["Name"], {"Arn": made_by(logs._put_delivery_destination, request)["arn"]}


def delivery(_logical_id: str, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    """Creates a delivery."""
    made = made_by(logs._create_delivery, {name[0].lower() + name[1:]: value for name, value in props.items()})
    return made["id"], {"DeliveryId": made["id"], "Arn": made["arn"]}


def handlers(create: Any, delete: Call, key: str) -> dict[str, Any]:
    """Returns what CloudFormation needs; a resource that is absent counts as deleted."""
    return {
        "create": create,
        "update": lambda _id, _old, new, stack: create("", new, stack),
        "delete": lambda physical_id, _props: delete({key: physical_id}),
    }


_RESOURCE_HANDLERS["AWS::Logs::DeliverySource"] = handlers(source, logs._delete_delivery_source, "name")
_RESOURCE_HANDLERS["AWS::Logs::DeliveryDestination"] = handlers(
    destination, logs._delete_delivery_destination, "name"
)
_RESOURCE_HANDLERS["AWS::Logs::Delivery"] = handlers(delivery, logs._delete_delivery, "id")
