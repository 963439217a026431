"""Rotation of secrets. MiniStack has no AWS::SecretsManager::RotationSchedule, its RotateSecret calls no function, and its
PutSecretValue changes a version that has a value. The keys of a deployment are made and rotated by a rotation function."""

import json
import os
import threading
from typing import Any

import boto3
from botocore.config import Config
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import secretsmanager
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def schedule(_logical_id: str, props: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
    """Creates or updates a rotation schedule; like ours, it does not rotate at once."""
    _, secret = secretsmanager._resolve(props["SecretId"])
    if secret is None or props.get("RotateImmediatelyOnUpdate") is not False:
        raise ValueError(f"rotation of {props['SecretId']}: no such secret, or RotateImmediatelyOnUpdate is not false")
    secret.update(
        RotationEnabled=True, RotationLambdaARN=props["RotationLambdaARN"], RotationRules=props["RotationRules"]
    )
    return secret["ARN"], {"Id": secret["ARN"]}


_RESOURCE_HANDLERS["AWS::SecretsManager::RotationSchedule"] = {
    "create": schedule,
    "update": lambda _id, _old, new, stack: schedule("", new, stack),
    "delete": lambda _id, _props: None,
}


def run_steps(function: str, secret: str, token: str, account: str, region: str) -> None:
    """Calls the rotation function for each step, as Secrets Manager does, and once more from the start if a step fails."""
    client = boto3.client(
        "lambda",
        region_name=region,
        endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id=account,
        aws_secret_access_key="test",
        config=Config(read_timeout=1000, retries={"max_attempts": 0}),
    )
    for _attempt in range(2):
        for step in STEPS:
            event = json.dumps({"Step": step, "SecretId": secret, "ClientRequestToken": token})
            answer = client.invoke(FunctionName=function, Payload=event.encode())
            if "FunctionError" in answer:
                print("rotation:", step, answer["Payload"].read(1000), flush=True)
                break
        else:
            return


def rotate(data: dict[str, Any]) -> tuple[Any, ...]:
    """RotateSecret: makes a version without a value that is AWSPENDING, and calls the function without waiting for it."""
    _, secret = secretsmanager._resolve(data["SecretId"])
    if secret is None:
        return error_response_json("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
    for version in secret["Versions"].values():
        if "AWSPENDING" in version["Stages"] and "AWSCURRENT" not in version["Stages"]:
            return error_response_json("InvalidRequestException", "A previous rotation isn't complete.", 400)
    token = data.get("ClientRequestToken") or new_uuid()
    secret["Versions"][token] = {"SecretString": None, "SecretBinary": None, "CreatedDate": 0, "Stages": ["AWSPENDING"]}
    args = (secret["RotationLambdaARN"], secret["ARN"], token, get_account_id(), get_region())
    threading.Thread(target=run_steps, args=args, daemon=True).start()
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token})


def value_of(data: dict[str, Any]) -> str | None:
    """Returns the value of the version that a request names; None if it has none."""
    _, secret = secretsmanager._resolve(data.get("SecretId"))
    version = (secret or {"Versions": {}})["Versions"].get(data.get("VersionId") or data.get("ClientRequestToken") or "")
    return "" if version is None else version["SecretString"]


get_secret_value, put_secret_value = secretsmanager._get_secret_value, secretsmanager._put_secret_value


def get(data: dict[str, Any]) -> tuple[Any, ...]:
    """GetSecretValue: a version that RotateSecret made has no value until the function puts one."""
    if data.get("VersionId") and value_of(data) is None:
        return error_response_json("ResourceNotFoundException", "Secrets Manager can't find that secret value.", 400)
    return get_secret_value(data)


def put(data: dict[str, Any]) -> tuple[Any, ...]:
    """PutSecretValue: never changes the value of a version."""
    if value_of(data) not in ("", None, data.get("SecretString")):
        return error_response_json("ResourceExistsException", "A version with this token already exists.", 400)
    return put_secret_value(data)


secretsmanager._rotate_secret, secretsmanager._get_secret_value, secretsmanager._put_secret_value = rotate, get, put
