"""Presigns and looks at an object with boto3, for the S3 at the URL in the first argument. The second is the object's key.

Prints the presigned URL, and the status and size that boto3 gets for the object.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
s3 = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1", config=config)
place = {"Bucket": "content", "Key": sys.argv[2]}
disposition = {"ResponseContentDisposition": 'attachment; filename="x y+z.txt"'}
url = s3.generate_presigned_url("get_object", Params={**place, **disposition}, ExpiresIn=60)
try:
    found = s3.head_object(**place)
except ClientError as error:
    found = error.response
status = found["ResponseMetadata"]["HTTPStatusCode"]
print(json.dumps({"url": url, "status": status, "size": found.get("ContentLength")}))
