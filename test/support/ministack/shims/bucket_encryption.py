"""BucketEncryption of AWS::S3::Bucket, which MiniStack ignores. `once doctor` looks for the customer managed key of the files."""

from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners


def put(bucket: str, encryption: dict[str, Any]) -> None:
    """Puts a customer managed key. Without one, MiniStack's own default is as good, and it wants the key's id with each upload."""
    rule = encryption["ServerSideEncryptionConfiguration"][0]
    default = rule["ServerSideEncryptionByDefault"]
    if "KMSMasterKeyID" not in default:
        return
    algorithm, key = (f"<{name}>{default[name]}</{name}>" for name in ("SSEAlgorithm", "KMSMasterKeyID"))
    applied = f"<ApplyServerSideEncryptionByDefault>{algorithm}{key}</ApplyServerSideEncryptionByDefault>"
    own = f"<BucketKeyEnabled>{str(rule.get('BucketKeyEnabled', False)).lower()}</BucketKeyEnabled>"
    name = "ServerSideEncryptionConfiguration"
    s3._put_bucket_encryption(bucket, f'<{name} xmlns="{s3.S3_NS}"><Rule>{applied}{own}</Rule></{name}>'.encode())


provisioners._S3_BUCKET_CONFIGURATIONS = (
    *provisioners._S3_BUCKET_CONFIGURATIONS,
    ("BucketEncryption", lambda encryption: encryption, put, s3._delete_bucket_encryption),
)
