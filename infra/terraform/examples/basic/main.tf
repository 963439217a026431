# A deployment with a name of its own, and files in a bucket that exists. `once` is a folder that was written before, in a clone:
#
#     npm run once -- template -c profile=standard -c name=files --bucket example-reports --out .../once
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
  value = module.once.api_url
}
