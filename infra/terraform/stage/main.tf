resource "aws_cloudformation_stack" "stack" {
  for_each = var.stacks

  region       = each.value.region
  name         = each.key
  template_url = each.value.template_url
  parameters   = each.value.parameters
  capabilities = ["CAPABILITY_NAMED_IAM"]
  iam_role_arn = each.value.iam_role_arn
  tags         = each.value.tags

  # The provider waits for 30 minutes, which a distribution and endpoints in a VPC may take.
  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}
