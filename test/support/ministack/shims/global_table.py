"""AWS::DynamoDB::GlobalTable has its replicas, and what each replica has of its own: protection, backups, key, resource policy. MiniStack
ignores them in a template, as it does witnesses, TTL and the state of indexes, though its UpdateTable knows replicas."""

import json
from typing import Any

from ministack.core.responses import get_region, new_uuid, set_request_region
from ministack.services import dynamodb
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

HANDLERS = _RESOURCE_HANDLERS["AWS::DynamoDB::GlobalTable"]
create_table, update_table, describe_one = HANDLERS["create"], HANDLERS["update"], dynamodb._table_description
CONSISTENCY = "MultiRegionConsistency"


def replicas_of(props: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Returns the replicas of a template by Region."""
    return {replica["Region"]: replica for replica in props["Replicas"]}


def change(name: str, update: dict[str, Any]) -> None:
    """Adds or removes a replica."""
    status, _, body = dynamodb._update_table({"TableName": name, "ReplicaUpdates": [update]})
    if status >= 300:
        raise ValueError(f"replica of {name}: {body!r}")


def consistency_of(props: dict[str, Any]) -> dict[str, Any]:
    """Returns what DescribeTable says of a table's consistency."""
    witnesses = [{"RegionName": each["Region"], "WitnessStatus": "ACTIVE"} for each in props.get("GlobalTableWitnesses", [])]
    return {CONSISTENCY: props.get(CONSISTENCY, "EVENTUAL"), "GlobalTableWitnesses": witnesses}


def describe(name: str) -> dict[str, Any]:
    """DescribeTable, with consistency and witnesses."""
    table = dynamodb._tables[name]
    fields = (CONSISTENCY, "GlobalTableWitnesses")
    return describe_one(name) | {field: table[field] for field in fields if field in table}


def settle(name: str, props: dict[str, Any]) -> None:
    """Gives each replica what the template says of it alone."""
    here = get_region()
    for region, replica in replicas_of(props).items():
        set_request_region(region)
        try:
            table = dynamodb._tables[name]
            # What a template omits is taken: the worst that CloudFormation may do.
            table["DeletionProtectionEnabled"] = replica.get("DeletionProtectionEnabled", False)
            table.update(consistency_of(props))
            indexes = table.get("GlobalSecondaryIndexes", [])
            table["GlobalSecondaryIndexes"] = [{**index, "IndexStatus": "ACTIVE"} for index in indexes]  # those are the template's
            key = replica.get("SSESpecification", {}).get("KMSMasterKeyId")
            if key is not None:
                table["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
            time_to_live = props.get("TimeToLiveSpecification")
            if time_to_live is not None:
                attribute = time_to_live["AttributeName"]
                dynamodb._ttl_settings[name] = {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
            recovery = replica.get("PointInTimeRecoverySpecification", {})
            dynamodb._pitr_settings[name] = recovery.get("PointInTimeRecoveryEnabled", False)
            document = replica.get("ResourcePolicy", {}).get("PolicyDocument")
            if document is not None:
                policy = {"Policy": json.dumps(document), "RevisionId": new_uuid()}
                dynamodb._resource_policies[table["TableArn"]] = policy
        finally:
            set_request_region(here)


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Creates the table and its replicas."""
    name, attributes = create_table(logical_id, props, stack)
    for region in replicas_of(props).keys() - {get_region()}:
        change(name, {"Create": {"RegionName": region}})
    settle(name, props)
    return name, attributes


def update(name: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Adds and removes replicas, then updates the table."""
    before, after = replicas_of(old), replicas_of(new)
    for region in before.keys() - after.keys():
        change(name, {"Delete": {"RegionName": region}})
    for region in after.keys() - before.keys():
        change(name, {"Create": {"RegionName": region}})
    result = update_table(name, old, new, stack)
    settle(name, new)
    return result


def delete(name: str, props: dict[str, Any]) -> None:
    """Deletes all replicas, unless one is protected."""
    here = get_region()
    for region in replicas_of(props):
        set_request_region(region)
        try:
            if dynamodb._tables.get(name, {}).get("DeletionProtectionEnabled"):
                raise ValueError(f"{name} in {region} is protected against deletion")
        finally:
            set_request_region(here)
    for region in replicas_of(props):
        set_request_region(region)
        try:
            if name in dynamodb._tables:
                dynamodb._delete_table({"TableName": name})
        finally:
            set_request_region(here)


HANDLERS.update(create=create, update=update, delete=delete)
dynamodb._table_description = describe
