"""AWS::KMS::ReplicaKey, which MiniStack's CloudFormation lacks, although its KMS has ReplicateKey: each Region has its copy of the key
that signs."""

import json
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import kms
from ministack.services.cloudformation import provisioners

Made = tuple[str, dict[str, Any]]


def create(_logical_id: str, props: dict[str, Any], _stack: str) -> Made:
    """Replicates the primary key, in its own Region, to the Region of the stack."""
    primary = props["PrimaryKeyArn"].split(":")
    request = {
        "KeyId": primary[5].removeprefix("key/"),
        "ReplicaRegion": get_region(),
        "Description": props.get("Description", ""),
        "Policy": json.dumps(props["KeyPolicy"]),
    }
    with request_scope(get_account_id(), primary[3]):
        status, _headers, body = kms._replicate_key(request)
    if status != 200:
        raise ValueError(f"AWS::KMS::ReplicaKey: {json.loads(body).get('message')}")
    key = kms._resolve_key(request["KeyId"])
    return key["KeyId"], provisioners._kms_key_attrs(key)


provisioners._RESOURCE_HANDLERS["AWS::KMS::ReplicaKey"] = {
    "create": create,
    "update": provisioners._kms_key_update,
    "delete": provisioners._kms_key_delete,
}
