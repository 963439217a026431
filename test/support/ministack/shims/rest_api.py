"""EndpointConfiguration of AWS::ApiGateway::RestApi has the spelling of templates; MiniStack returns it as it is, so that an SDK finds no
types of endpoints in it. It ignores the access log of a stage. `once doctor` reads both."""

from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

HANDLERS = _RESOURCE_HANDLERS["AWS::ApiGateway::RestApi"]
create_api = HANDLERS["create"]


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Creates an API with the spelling of the service."""
    endpoint = {key[0].lower() + key[1:]: value for key, value in props["EndpointConfiguration"].items()}
    return create_api(logical_id, props | {"EndpointConfiguration": endpoint}, stack)


HANDLERS["create"] = create

STAGES = _RESOURCE_HANDLERS["AWS::ApiGateway::Stage"]
make_stage = STAGES["create"]


def create_stage(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Creates a stage with its access log."""
    name, attributes = make_stage(logical_id, props, stack)
    log = {key[0].lower() + key[1:]: value for key, value in props.get("AccessLogSetting", {}).items()}
    apigateway_v1._stages_v1[props["RestApiId"]][name]["accessLogSettings"] = log
    return name, attributes


STAGES["create"] = create_stage
