"""AWS::EC2::FlowLog, which MiniStack's CloudFormation lacks, although its EC2 has CreateFlowLogs: a private network logs what it
refuses."""

import re
from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def create(_logical_id: str, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    """Creates the flow log of one network."""
    request = {
        "ResourceId.1": [props["ResourceId"]],
        "ResourceType": [props["ResourceType"]],
        "TrafficType": [props["TrafficType"]],
        "LogGroupName": [props["LogGroupName"]],
    }
    _status, _headers, body = ec2._create_flow_logs(request)
    text = body.decode() if isinstance(body, bytes) else body
    made = re.search(r"fl-[0-9a-fA-F]+", text)
    if made is None:
        raise ValueError(f"CreateFlowLogs: {text}")
    return made[0], {"Id": made[0]}


_RESOURCE_HANDLERS["AWS::EC2::FlowLog"] = {
    "create": create,
    "delete": lambda physical_id, _props: ec2._delete_flow_logs({"FlowLogId.1": [physical_id]}),
}
