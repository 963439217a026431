# A deployment with a name of its own, and files in a bucket that exists. First, in the clone's top folder, write its templates:
#
#     npm run once -- template -c profile=standard -c name=files --bucket example-reports --out infra/terraform/examples/basic/once
terraform {
  required_version = ">= 1.5.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-east-1" # Any: each resource of the module names its own.
}

module "once" {
  source = "../.."

  folder      = "${path.module}/once"
  alarm_email = "ops@example.com"
  tags        = { team = "files" }
}

output "api_url" {
  description = "The API, which issues links."
  value       = module.once.api_url
}

output "bucket_additions" {
  description = "What to add to the policy of the bucket example-reports."
  value       = module.once.bucket_additions
}
