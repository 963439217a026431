locals {
  deployed = merge(
    module.stage_1.stacks,
    module.stage_2.stacks,
    module.stage_3.stacks,
    module.stage_4.stacks,
    module.stage_5.stacks,
  )

  # Of outputs that several stacks have, such as the API's URL, that of the stack which is deployed first.
  outputs = merge(reverse([for stack in local.deployment.stacks : local.deployed[stack.name].outputs])...)
}

output "link_origin" {
  description = "What links begin with, such as https://d111111abcdef8.cloudfront.net."
  value       = lookup(local.outputs, "LinkOrigin", null)
}

output "api_url" {
  description = "The API, which issues links. Requests are signed with the caller's IAM credentials."
  value       = lookup(local.outputs, "Url", null)
}

output "content_bucket" {
  description = "The bucket of the files that links lead to."
  value       = lookup(local.outputs, "ContentBucket", null)
}

output "distribution_domain" {
  description = "Domain name of the CloudFront distribution, to which an alias record of your domain name leads."
  value       = lookup(local.outputs, "DistributionDomain", null)
}
