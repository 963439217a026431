"""Prints what an account holds, as JSON: each thing in each Region, with a hash of what AWS says of it. Asked service by service with
boto3, not of the product, so that it finds what the product does not look for. One client of a service asks in all Regions: to make
one takes longer than all that it asks."""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import boto3

# What changes without a deployment: times, counts, the use of a thing. Whole names: `State` alone would leave out each `Statement`.
VOLATILE = re.compile(
    r"ResponseMetadata|[Cc]reat(e|ed|ion)(At|Date|DateTime|Time|Timestamp)|[Ll]ast[A-Z]\w*|\w+UpdatedTimestamp|StateValue|StateReason"
    r"|RoleLastUsed|RevisionId|ItemCount|TableSizeBytes|[Ss]toredBytes|ApproximateNumberOf\w+"
)
Thing = tuple[str, str, Any]
REGION: ContextVar[str] = ContextVar("region", default="us-east-1")


def in_region(context: dict[str, Any], **_: Any) -> None:
    """Signs a request for the Region of this thread, by which MiniStack knows it."""
    context["signing"] = {**context.get("signing", {}), "region": REGION.get()}


def client_of(service: str) -> Any:
    """Returns the client of a service, for all Regions."""
    client = boto3.client(service, region_name="us-east-1")
    client.meta.events.register("before-parameter-build", in_region)
    return client


SERVICES = (
    "apigateway cloudformation cloudfront cloudwatch dynamodb ec2 events iam kms lambda"
    " logs route53 s3 scheduler secretsmanager sns sqs wafv2"
).split()
CLIENTS = {service: client_of(service) for service in SERVICES}


def steady(value: Any) -> Any:
    """Returns a value without what changes by itself."""
    if isinstance(value, dict):
        return {key: steady(each) for key, each in value.items() if not VOLATILE.fullmatch(key)}
    return [steady(each) for each in value] if isinstance(value, list) else value


def pages(client: Any, operation: str, field: str, **args: Any) -> Iterator[Any]:
    """Yields the items of all pages of a list."""
    for page in client.get_paginator(operation).paginate(**args):
        yield from page.get(field, [])


def policy_of(bucket: str) -> Any:
    """Returns the policy of a bucket; None if it has none."""
    s3 = CLIENTS["s3"]
    try:
        return json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError:
        return None


def everywhere() -> Iterator[Thing]:
    """Yields what belongs to no Region."""
    s3, iam, cloudfront = CLIENTS["s3"], CLIENTS["iam"], CLIENTS["cloudfront"]
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        versions = pages(s3, "list_object_versions", "Versions", Bucket=name)
        policy = policy_of(name)
        yield "bucket", name, [policy, [[each["Key"], each["VersionId"], each["ETag"]] for each in versions]]
    for role in pages(iam, "list_roles", "Roles"):
        name = role["RoleName"]
        own = pages(iam, "list_role_policies", "PolicyNames", RoleName=name)
        policies = [iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in own]
        attached = list(pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name))
        yield "role", name, [role, policies, attached]
    for policy in pages(iam, "list_policies", "Policies", Scope="Local"):
        yield "policy", policy["PolicyName"], policy
    for user in pages(iam, "list_users", "Users"):
        yield "user", user["UserName"], user
    for distribution in cloudfront.list_distributions()["DistributionList"].get("Items", []):
        config = cloudfront.get_distribution_config(Id=distribution["Id"])["DistributionConfig"]
        yield "distribution", distribution["Id"], config
    for function in cloudfront.list_functions()["FunctionList"].get("Items", []):
        code = cloudfront.get_function(Name=function["Name"], Stage="LIVE")["FunctionCode"].read().decode()
        yield "CloudFront function", function["Name"], [function, code]
    for key in cloudfront.list_public_keys()["PublicKeyList"].get("Items", []):
        yield "public key", key["Name"], key
    for group in cloudfront.list_key_groups()["KeyGroupList"].get("Items", []):
        yield "key group", group["KeyGroup"]["KeyGroupConfig"]["Name"], group
    for control in cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", []):
        yield "origin access control", control["Name"], control
    for policy in cloudfront.list_cache_policies(Type="custom")["CachePolicyList"].get("Items", []):
        yield "cache policy", policy["CachePolicy"]["CachePolicyConfig"]["Name"], policy
    for policy in cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"].get("Items", []):
        yield "headers policy", policy["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Name"], policy
    for zone in pages(CLIENTS["route53"], "list_hosted_zones", "HostedZones"):
        yield "hosted zone", zone["Name"], zone


def compute() -> Iterator[Thing]:
    """Yields functions and APIs of a Region."""
    functions = CLIENTS["lambda"]
    for function in pages(functions, "list_functions", "Functions"):
        name = function["FunctionName"]
        versions = [each["Version"] for each in pages(functions, "list_versions_by_function", "Versions", FunctionName=name)]
        yield "function", name, [function, versions]
    for source in pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        yield "event source", source["UUID"], source
    apis = CLIENTS["apigateway"]
    for api in pages(apis, "get_rest_apis", "items"):
        yield "API", api["name"], [api, apis.get_stages(restApiId=api["id"])["item"]]
    for plan in pages(apis, "get_usage_plans", "items"):
        yield "usage plan", plan["name"], plan
    ec2 = CLIENTS["ec2"]
    for network in ec2.describe_vpcs()["Vpcs"]:
        if not network.get("IsDefault"):
            yield "VPC", network["VpcId"], network
    for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        yield "VPC endpoint", endpoint["VpcEndpointId"], endpoint
    for stack in pages(CLIENTS["cloudformation"], "list_stacks", "StackSummaries"):
        if stack["StackStatus"] != "DELETE_COMPLETE":
            yield "stack", stack["StackName"], None


def data() -> Iterator[Thing]:
    """Yields tables, secrets, keys, queues, buses and schedules of a Region."""
    tables = CLIENTS["dynamodb"]
    for name in pages(tables, "list_tables", "TableNames"):
        yield "table", name, tables.describe_table(TableName=name)["Table"]
    secrets = CLIENTS["secretsmanager"]
    for secret in pages(secrets, "list_secrets", "SecretList"):
        yield "secret", secret["Name"], secret
    keys = CLIENTS["kms"]
    for key in pages(keys, "list_keys", "Keys"):
        found = keys.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if found["KeyManager"] == "CUSTOMER" and found["KeyState"] != "PendingDeletion":
            policy = keys.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
            yield "KMS key", key["KeyId"], [found, json.loads(policy)]
    for alias in pages(keys, "list_aliases", "Aliases"):
        if not alias["AliasName"].startswith("alias/aws/"):
            yield "KMS alias", alias["AliasName"], alias
    queues = CLIENTS["sqs"]
    for url in queues.list_queues().get("QueueUrls", []):
        attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        yield "queue", url.rsplit("/", 1)[-1], attributes
    events = CLIENTS["events"]
    for bus in events.list_event_buses()["EventBuses"]:
        if bus["Name"] != "default":
            yield "event bus", bus["Name"], bus
        for rule in events.list_rules(EventBusName=bus["Name"])["Rules"]:
            yield "rule", rule["Name"], [rule, events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus["Name"])["Targets"]]
    schedules = CLIENTS["scheduler"]
    for group in pages(schedules, "list_schedule_groups", "ScheduleGroups"):
        if group["Name"] != "default":
            yield "schedule group", group["Name"], group
    for schedule in pages(schedules, "list_schedules", "Schedules"):
        yield "schedule", f"{schedule['GroupName']}/{schedule['Name']}", schedule
    for topic in pages(CLIENTS["sns"], "list_topics", "Topics"):
        yield "topic", topic["TopicArn"].rsplit(":", 1)[-1], topic


def watching() -> Iterator[Thing]:
    """Yields logs, alarms and firewalls of a Region."""
    logs = CLIENTS["logs"]
    for group in pages(logs, "describe_log_groups", "logGroups"):
        yield "log group", group["logGroupName"], group
    for operation, field in (
        ("describe_deliveries", "deliveries"),
        ("describe_delivery_sources", "deliverySources"),
        ("describe_delivery_destinations", "deliveryDestinations"),
    ):
        for each in pages(logs, operation, field):
            yield field, each.get("name", each.get("id")), each
    watch = CLIENTS["cloudwatch"]
    for alarm in pages(watch, "describe_alarms", "MetricAlarms"):
        yield "alarm", alarm["AlarmName"], alarm
    for board in pages(watch, "list_dashboards", "DashboardEntries"):
        yield "dashboard", board["DashboardName"], board["Size"]
    firewalls = CLIENTS["wafv2"]
    for scope in ("REGIONAL", "CLOUDFRONT") if REGION.get() == "us-east-1" else ("REGIONAL",):
        for acl in firewalls.list_web_acls(Scope=scope)["WebACLs"]:
            yield "web ACL", acl["Name"], acl


def hashed(region: str, things: Iterable[Thing]) -> dict[str, str]:
    """Returns a hash of each thing by its kind, name and Region; an empty one is that of what has none."""
    REGION.set(region or "us-east-1")
    found: dict[str, str] = {}
    for kind, name, value in things:
        text = json.dumps(steady(value), sort_keys=True, default=str)
        found[f"{kind} {name} {region}".strip()] = hashlib.sha256(text.encode()).hexdigest()
    return found


def main(regions: list[str]) -> None:
    """Prints the inventory of these Regions, and of what has none."""
    jobs: list[tuple[str, Any]] = [("", everywhere())]
    jobs += [(region, list_of()) for region in regions for list_of in (compute, data, watching)]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda job: hashed(*job), jobs))
    print(json.dumps({name: value for part in parts for name, value in part.items()}))


main(sys.argv[1:])
