"""A contender of the race that runs none of our code: Python with boto3, at the same table as the edges.

It has the nonce from docs/protocol.md, the condition from ARCHITECTURE.md and the names of the item's fields from
shared/table/link-item.ts. Each line of standard input is a JSON list of attempts. It makes all of them at
the same time, and writes their statuses as one line, in the same order: 200 if it consumed the link, 403 if not.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

Item = dict[str, dict[str, str]]
Condition = dict[str, Any]

SETTINGS: dict[str, Any] = json.loads(sys.argv[1])
THREADS = 64

# One attempt: only the caller knows what a lost response means.
CONFIG = Config(retries={"total_max_attempts": 1}, max_pool_connections=THREADS)


class Nonce(NamedTuple):
    """What the nonce says, and the link's id."""

    id: str
    receipt: bool
    region: str

    @classmethod
    def parse(cls, text: str) -> "Nonce":
        octets = base64.urlsafe_b64decode(text + "=")
        link_id = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:22]
        return cls(link_id, bool(octets[1] & 2), SETTINGS["regions"][str(octets[2])])


class Redeem(Protocol):
    """Tries to consume a link. Returns whether it believes that it did."""

    def __call__(self, nonce: Nonce, dynamodb: Any) -> bool: ...


def condition_of(nonce: Nonce, last: str, values: Item) -> Condition:
    """The condition of ARCHITECTURE.md, for a link of no network, by a client that holds no secret."""
    return {
        "ConditionExpression": "attribute_exists(id) AND expiresAt > :now"
        " AND (attribute_not_exists(notBefore) OR notBefore <= :now) AND homeRegion = :home"
        f" AND attribute_not_exists(network) AND bind IN (:exact, :prefix, :none) AND {last}",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {
            ":now": {"N": str(int(time.time()))},
            ":home": {"S": nonce.region},
            **{f":{bind}": {"S": bind} for bind in ("exact", "prefix", "none")},
            **values,
        },
    }


def place_of(nonce: Nonce) -> dict[str, Any]:
    return {"TableName": SETTINGS["table"], "Key": {"id": {"S": nonce.id}}}


def receipt() -> tuple[str, Item]:
    """Returns the rest of an update to used, and the values of a receipt."""
    texts = {name: secrets.token_urlsafe(16) for name in ("redemptionId", "addressHash", "prefixHash")}
    texts |= {"edgeRegion": "python", "viewer": "unknown", "userAgent": "boto3"}
    first = ", ".join(f"{name} = if_not_exists({name}, :{name})" for name in texts)
    times = "redeemedAt = if_not_exists(redeemedAt, :now), urlExpiresAt = if_not_exists(redeemedAt, :now) + urlSeconds"
    return f"SET #state = :used, {times}, {first}", {f":{name}": {"S": text} for name, text in texts.items()}


def redeem(nonce: Nonce, dynamodb: Any) -> bool:
    """The one conditional write."""
    if not nonce.receipt:
        condition = condition_of(nonce, "attribute_not_exists(#state)", {})
        return "Attributes" in dynamodb.delete_item(**place_of(nonce), **condition, ReturnValues="ALL_OLD")
    update, values = receipt()
    last = "(#state = :live OR (#state = :used AND redemptionId = :redemptionId))"
    condition = condition_of(nonce, last, {":live": {"S": "live"}, ":used": {"S": "used"}, **values})
    updated = dynamodb.update_item(**place_of(nonce), UpdateExpression=update, **condition, ReturnValues="ALL_NEW")
    return updated["Attributes"]["redemptionId"] == values[":redemptionId"]


def use_unconditionally(nonce: Nonce, dynamodb: Any) -> bool:
    """Broken: the same writes without their conditions, as if one that returned had been the first."""
    if not nonce.receipt:
        dynamodb.delete_item(**place_of(nonce), ReturnValues="NONE")
        return True
    update, values = receipt()
    values |= {":used": {"S": "used"}, ":now": {"N": str(int(time.time()))}}
    names = {"#state": "state"}
    dynamodb.update_item(
        **place_of(nonce), UpdateExpression=update, ExpressionAttributeNames=names, ExpressionAttributeValues=values
    )
    return True


def read_first(nonce: Nonce, dynamodb: Any) -> bool:
    """Broken: reads whether the link is there, and uses it then, as most samples do."""
    found = dynamodb.get_item(**place_of(nonce), ConsistentRead=True).get("Item")
    if found is None or found.get("state") == {"S": "used"}:
        return False
    return use_unconditionally(nonce, dynamodb)


WAYS: dict[str, Redeem] = {"whole": redeem, "reads first": read_first, "writes without a condition": use_unconditionally}


def main() -> None:
    clients = {
        region: boto3.client("dynamodb", region_name=region, endpoint_url=SETTINGS["endpoint"], config=CONFIG)
        for region in SETTINGS["regions"].values()
    }
    way = WAYS[SETTINGS["way"]]

    def status_of(attempt: dict[str, str]) -> int:
        nonce = Nonce.parse(attempt["url"][-43:])
        try:
            return 200 if way(nonce, clients[nonce.region]) else 403
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return 403
            raise

    with ThreadPoolExecutor(THREADS) as pool:
        print("ready", flush=True)
        for line in sys.stdin:
            print(json.dumps(list(pool.map(status_of, json.loads(line)))), flush=True)


main()
