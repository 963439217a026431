"""Lambda refuses to delete a function of which CloudFront has replicas: for hours after a distribution used it. MiniStack deletes it at
once. Here, the first deletion of such a function is refused, and by the second the hours have passed."""

import json
import re
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

HANDLERS = _RESOURCE_HANDLERS["AWS::CloudFront::Distribution"]
create_distribution, delete_now = HANDLERS["create"], lambda_svc._delete_function
replicated: set[str] = set()


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Creates a distribution, and with it replicas of its functions."""
    replicated.update(re.findall(r":function:([^:\"]+):\d+", json.dumps(props)))
    return create_distribution(logical_id, props, stack)


def delete(name: str, *args: Any) -> tuple[Any, ...]:
    """DeleteFunction."""
    if name not in replicated:
        return delete_now(name, *args)
    replicated.remove(name)
    message = f"Lambda was unable to delete {name} because it is a replicated function."
    return error_response_json("InvalidParameterValueException", message, 400)


HANDLERS["create"] = create
lambda_svc._delete_function = delete
