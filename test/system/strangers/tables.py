"""Writes and reads an item with boto3 in the DynamoDB at the URL in the first argument. Prints what each call came to."""

import json
import sys
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(retries={"total_max_attempts": 1})
dynamodb = boto3.client("dynamodb", endpoint_url=sys.argv[1], region_name="us-east-1", config=config)
item = {"id": {"S": "é 😀"}, "expiresAt": {"N": "1795521600"}}
place = {"TableName": "links", "Key": {"id": item["id"]}}
new = {"ConditionExpression": "attribute_not_exists(id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def outcome(operation: str, **arguments: Any) -> object:
    try:
        response = getattr(dynamodb, operation)(**arguments)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response.get("Item")]
    return response.get("Item", response.get("Attributes"))


print(
    json.dumps(
        [
            outcome("put_item", TableName="links", Item=item, **new),
            outcome("put_item", TableName="links", Item=item, **new),
            outcome("get_item", **place, ConsistentRead=True),
            outcome("delete_item", **place, ReturnValues="ALL_OLD"),
            outcome("delete_item", **place, ConditionExpression="attribute_exists(id)"),
        ]
    )
)
