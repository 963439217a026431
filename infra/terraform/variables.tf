variable "folder" {
  description = "Path of a folder that `once template` wrote, or of an unpacked release: stacks.json, templates and code."
  type        = string

  validation {
    condition = alltrue([
      for stack in jsondecode(file("${var.folder}/stacks.json")).stacks : contains([1, 2, 3, 4, 5], stack.stage)
    ])
    error_message = "folder: ${var.folder}/stacks.json has a stage that this module does not deploy; 1 to 5 are allowed."
  }
}

variable "alarm_email" {
  description = "Address that gets the alarms. Null: that of the settings."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "Certificate in us-east-1 for the domain name of the settings. Null: that of the settings."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted. Apply with false before you destroy. Null: that of the settings."
  type        = bool
  default     = null
}

variable "tags" {
  description = "Tags of the stacks, which CloudFormation gives to their resources, and of the buckets of code."
  type        = map(string)
  default     = {}
}
