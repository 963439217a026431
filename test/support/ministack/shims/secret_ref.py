"""Ref of AWS::SecretsManager::Secret is the secret's ARN; in MiniStack it is the name. Our templates split that ARN: policies of
other Regions end with its last part, which is the same for every copy."""

from typing import Any

from ministack.services.cloudformation import drift
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS, _sm_secret_delete, _sm_secret_update

TYPE = "AWS::SecretsManager::Secret"
HANDLERS = _RESOURCE_HANDLERS[TYPE]
create_named = HANDLERS["create"]


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Creates a secret, which has a name in our templates."""
    _, attributes = create_named(logical_id, props, stack)
    return attributes["Arn"], attributes


def update(arn: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str) -> tuple[str, dict[str, Any]]:
    """Updates a secret of the same name."""
    _, attributes = _sm_secret_update(old["Name"], old, new, stack, logical_id)
    return arn, attributes


read_named, compared = drift._DRIFT_READERS[TYPE]
drift._DRIFT_READERS[TYPE] = (lambda _arn, props: read_named(props["Name"], props), compared)
HANDLERS.update(create=create, update=update, delete=lambda _arn, props: _sm_secret_delete(props["Name"], props))
