"""Makes the calls of the module in infra/terraform, in its order: terraform_calls.py FOLDER create|update|delete [PARAMETER=VALUE...].
AWS_ENDPOINT_URL names the endpoint."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

FOLDER, ACTION, *PAIRS = Path(sys.argv[1]), *sys.argv[2:]
GIVEN = {"DeletionProtection": "true", **dict(pair.split("=", 1) for pair in PAIRS)}
DEPLOYMENT = json.loads((FOLDER / "stacks.json").read_text())
STACKS = DEPLOYMENT["stacks"]
REGIONS = {stack["region"] for stack in STACKS}
BUCKETS = {each: boto3.resource("s3", region_name=each).Bucket(f"{DEPLOYMENT['name']}-code-{each}") for each in REGIONS}
CLOUDFORMATION = {region: boto3.client("cloudformation", region_name=region) for region in REGIONS}
STAGES = [[stack for stack in STACKS if stack["stage"] == stage] for stage in range(1, 6)]
FILES = {stack["name"]: FOLDER / stack["template"] for stack in STACKS}
KEYS = {name: f"{sha256(path.read_bytes()).hexdigest()}.json" for name, path in FILES.items()}


def send(stack: dict[str, Any]) -> Any:
    """Starts the action on a stack. Returns None for an update that changes nothing."""
    client, bucket = CLOUDFORMATION[stack["region"]], BUCKETS[stack["region"]].name
    if ACTION == "delete":
        return client.delete_stack(StackName=stack["name"])
    given = {name: value for name, value in (GIVEN | {"CodeBucket": bucket}).items() if name in stack["parameters"]}
    try:
        return (client.create_stack if ACTION == "create" else client.update_stack)(
            StackName=stack["name"],
            TemplateURL=f"{client.meta.endpoint_url}/{bucket}/{KEYS[stack['name']]}",
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


code = {path.name: path for path in (FOLDER / "code").iterdir()}
for region, bucket in BUCKETS.items() if ACTION != "delete" else []:
    if ACTION == "create":
        place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        bucket.create(**(place if region != "us-east-1" else {}))
    templates = {KEYS[stack["name"]]: FILES[stack["name"]] for stack in STACKS if stack["region"] == region}
    for key, path in (code | templates).items():
        bucket.upload_file(str(path), key)
for stage in STAGES if ACTION != "delete" else STAGES[::-1]:
    for stack in [stack for stack in stage if send(stack) is not None]:
        waiter = CLOUDFORMATION[stack["region"]].get_waiter(f"stack_{ACTION}_complete")
        waiter.wait(StackName=stack["name"], WaiterConfig={"Delay": 1, "MaxAttempts": 300})
for bucket in BUCKETS.values():
    for former in [each for each in bucket.objects.all() if ACTION == "delete" or each.key not in {*code, *KEYS.values()}]:
        former.delete()
    if ACTION == "delete":
        bucket.delete()
