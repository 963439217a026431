locals {
  deployed = merge(
    module.stage_1.outputs,
    module.stage_2.outputs,
    module.stage_3.outputs,
    module.stage_4.outputs,
    module.stage_5.outputs,
  )

  # Of outputs that several stacks have, such as the API's URL, that of the stack which is deployed first.
  outputs = merge(reverse([for stack in local.deployment.stacks : local.deployed[stack.name]])...)
}

output "outputs" {
  description = "All outputs of the stacks, by name."
  value       = local.outputs
}

output "link_origin" {
  description = "What links begin with, such as https://d111111abcdef8.cloudfront.net."
  value       = lookup(local.outputs, "LinkOrigin", null)
}

output "api_url" {
  description = "The API, which issues links. Requests are signed with the caller's IAM credentials."
  value       = lookup(local.outputs, "Url", null)
}

output "token_url" {
  description = "The API for access tokens of the setting `auth`. Null without it."
  value       = lookup(local.outputs, "TokenUrl", null)
}

output "send_page_url" {
  description = "The page for senders of the setting `sendPage`. Null without it."
  value       = lookup(local.outputs, "SendPageUrl", null)
}

output "send_page_redirect_uri" {
  description = "Redirect URI of that page, which the client at the provider of `auth` lists."
  value       = lookup(local.outputs, "SendPageRedirectUri", null)
}

output "content_bucket" {
  description = "The bucket of the files that links lead to. Null if the folder was written with `--bucket`."
  value       = lookup(local.outputs, "ContentBucket", null)
}

output "bucket_additions" {
  description = "Statements and CORS rules, as JSON, to add to policies and the bucket of `--bucket`, by the output's name."
  value       = { for name, value in local.outputs : name => value if can(regex("Statement|BucketCors", name)) }
}

output "distribution_domain" {
  description = "Domain name of the CloudFront distribution, to which an alias record of your domain name leads."
  value       = lookup(local.outputs, "DistributionDomain", null)
}
