# The stacks of one stage, which CloudFormation deploys at the same time.
variable "stacks" {
  type = map(object({
    region       = string
    template     = string
    template_url = string
    parameters   = map(string)
  }))
}

variable "tags" {
  type = map(string)
}

resource "aws_cloudformation_stack" "stack" {
  for_each = var.stacks

  region       = each.value.region
  name         = each.key
  template_url = each.value.template_url
  parameters   = each.value.parameters
  capabilities = ["CAPABILITY_NAMED_IAM"]
  tags         = var.tags

  # The provider waits for 30 minutes, which a distribution and endpoints in a VPC may take.
  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}

# After an update that failed, the provider keeps the new URL, so that no later plan updates the stack. Its template is read from the stack.
check "template" {
  assert {
    condition = alltrue([
      for name, stack in aws_cloudformation_stack.stack :
      jsondecode(stack.template_body) == jsondecode(file(var.stacks[name].template))
    ])
    error_message = "A stack has not the folder's template. If no update of it is planned, its last one was rolled back: change `tags`."
  }
}

output "stacks" {
  value = aws_cloudformation_stack.stack
}
