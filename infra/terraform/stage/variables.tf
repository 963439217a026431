variable "stacks" {
  description = "The stacks of one stage by name, which CloudFormation deploys at the same time."
  type = map(object({
    region       = string
    template_url = string
    parameters   = map(string)
    iam_role_arn = string
    tags         = map(string)
  }))
}
