"""Compares requests to AWS's JSON services with botocore's models of these services.

A line is a recorded request, with its service. botocore must accept its input and serialise the same request from it.
"""

import base64
import json

import botocore.session
from botocore.model import OperationModel
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

from lines import Line, report, same

SESSION = botocore.session.get_session()


def parsed(body: Line, operation: OperationModel) -> Line:
    """Returns the input as a caller of botocore gives it: base64 is of the protocol."""
    members = operation.input_shape.members
    return {
        name: base64.b64decode(value, validate=True) if name in members and members[name].type_name == "blob" else value
        for name, value in body.items()
    }


def check(line: Line) -> None:
    prefix, _, name = line["headers"]["x-amz-target"].partition(".")
    model = SESSION.get_service_model(line["service"])
    same("prefix of the target", prefix, model.metadata["targetPrefix"])
    operation = model.operation_model(name)
    body = json.loads(line["body"])
    caller_input = parsed(body, operation)
    problems = ParamValidator().validate(caller_input, operation.input_shape)
    if problems.has_errors():
        raise ValueError(f"{name}: botocore rejects the input: {problems.generate_report()}")
    for member, shape in operation.input_shape.members.items():
        # botocore leaves it to the service to check these.
        allowed = getattr(shape, "enum", None)
        if allowed and member in body:
            same(f"whether {name} allows this {member}", body[member] in allowed, True)
    theirs = create_serializer("json", include_validation=False).serialize_to_request(caller_input, operation)
    headers = {key.lower(): value for key, value in theirs["headers"].items()}
    same("target", line["headers"]["x-amz-target"], headers["x-amz-target"])
    same("content type", line["headers"]["content-type"], headers["content-type"])
    same("method", line["method"], theirs["method"])
    same("body", body, json.loads(theirs["body"]))


report(check)
