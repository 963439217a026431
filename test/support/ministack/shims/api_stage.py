"""AccessLogSetting of AWS::ApiGateway::Stage, which MiniStack ignores. `once doctor` checks that the api logs its callers."""

from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

HANDLERS = _RESOURCE_HANDLERS["AWS::ApiGateway::Stage"]
create_stage, update_stage = HANDLERS["create"], HANDLERS["update"]


def logged(props: dict[str, Any], made: tuple[Any, ...]) -> tuple[Any, ...]:
    """Gives the stage its setting, with the spelling of the service."""
    setting = props.get("AccessLogSetting") or {}
    stage = apigateway_v1._stages_v1[props["RestApiId"]][props["StageName"]]
    stage["accessLogSettings"] = {name[0].lower() + name[1:]: value for name, value in setting.items()}
    return made


HANDLERS.update(
    create=lambda logical_id, props, stack: logged(props, create_stage(logical_id, props, stack)),
    update=lambda physical_id, old, new, stack: logged(new, update_stage(physical_id, old, new, stack)),
)
