"""SearchString of AWS::WAFv2::WebACL is text in a template and bytes, base64 in JSON, in the service's API. MiniStack returns the text,
which no SDK can decode."""

import base64
from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

HANDLERS = _RESOURCE_HANDLERS["AWS::WAFv2::WebACL"]
create_acl = HANDLERS["create"]


def encoded(value: Any, field: str = "") -> Any:
    """Returns the properties as the API has them."""
    if isinstance(value, dict):
        return {key: encoded(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [encoded(each) for each in value]
    return base64.b64encode(value.encode()).decode() if field == "SearchString" else value


HANDLERS["create"] = lambda logical_id, props, stack: create_acl(logical_id, encoded(props), stack)
