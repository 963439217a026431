"""EndpointConfiguration of AWS::ApiGateway::RestApi has the spelling of templates; MiniStack returns it as it is, so that an SDK finds no
types of endpoints in it. `once doctor` reads them."""

from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

HANDLERS = _RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
create_api = HANDLERS["create"]


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Creates an API with the spelling of the service."""
    endpoint = {key[0].lower() + key[1:]: value for key, value in props["EndpointConfiguration"].items()}
    return create_api(logical_id, props | {"EndpointConfiguration": endpoint}, stack)


HANDLERS["create"] = create
