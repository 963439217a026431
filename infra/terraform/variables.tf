variable "folder" {
  description = "Path of a folder that `once template` wrote, or of an unpacked release: stacks.json, templates and code."
  type        = string

  validation {
    condition = try(alltrue([
      for stack in jsondecode(file("${var.folder}/stacks.json")).stacks :
      contains([1, 2, 3, 4, 5], stack.stage) && fileexists("${var.folder}/${stack.template}")
    ]), false)
    error_message = "folder: got ${jsonencode(var.folder)}, allowed: a folder that `once template` wrote: stacks.json with stages 1 to 5, and its templates."
  }
}

variable "alarm_email" {
  description = "Address that gets the alarms; empty for none. Null: that of the settings."
  type        = string
  default     = null

  validation {
    condition     = try(length(var.alarm_email), 0) == 0 || can(regex("^[^\\s@]+@[^\\s@]+$", var.alarm_email))
    error_message = "alarm_email: got ${jsonencode(var.alarm_email)}, allowed: a mail address."
  }
}

variable "certificate_arn" {
  description = "Certificate in us-east-1 for the domain name of the settings. Null: that of the settings."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:\\d{12}:certificate/.+$", var.certificate_arn))
    error_message = "certificate_arn: got ${jsonencode(var.certificate_arn)}, allowed: the ARN of a certificate in us-east-1."
  }
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted: false for the first apply, and before a destroy. Null: that of the settings."
  type        = bool
  default     = null
}

variable "iam_role_arn" {
  description = "Role that CloudFormation deploys with. Null: the rights of the credentials."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the stacks, which CloudFormation gives to their resources, and of the buckets of code."
  type        = map(string)
  default     = {}
}
