"""The customer managed key of AWS::S3::Bucket. MiniStack ignores it; `once doctor` looks at it."""

from typing import Any

from ministack.services import s3
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

HANDLERS = _RESOURCE_HANDLERS["AWS::S3::Bucket"]
create_bucket = HANDLERS["create"]


def create(logical_id: str, props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    """Creates a bucket with the key of the template, if it names one."""
    name, attributes = create_bucket(logical_id, props, stack)
    for rule in props.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", []):
        default = rule["ServerSideEncryptionByDefault"]
        if "KMSMasterKeyID" not in default:
            continue
        applied = f"<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{default['KMSMasterKeyID']}</KMSMasterKeyID>"
        body = (
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
            f"{applied}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
        )
        s3._put_bucket_encryption(name, body.encode())
    return name, attributes


HANDLERS["create"] = create
