locals {
  deployment = jsondecode(file("${var.folder}/stacks.json"))
  regions    = toset(local.deployment.stacks[*].region)
  templates  = { for stack in local.deployment.stacks : stack.name => "${var.folder}/${stack.template}" }

  # Its key is its hash: a changed template has another URL, so that its stack is updated.
  template_objects = {
    for stack in local.deployment.stacks :
    stack.name => "${stack.region}/${filesha256(local.templates[stack.name])}.json"
  }

  # What is null is left out: the template has its default.
  given = {
    for name, value in {
      AlarmEmail         = var.alarm_email
      Certificate        = var.certificate_arn
      DeletionProtection = tostring(var.deletion_protection)
    } : name => value if value != null
  }

  stacks = {
    for stack in local.deployment.stacks : stack.name => {
      region   = stack.region
      stage    = stack.stage
      template = local.templates[stack.name]
      template_url = join("/", [
        "https://${aws_s3_bucket.code[stack.region].bucket_regional_domain_name}",
        aws_s3_object.file[local.template_objects[stack.name]].key,
      ])
      parameters = {
        for name, value in merge(local.given, { CodeBucket = aws_s3_bucket.code[stack.region].bucket }) :
        name => value if contains(stack.parameters, name)
      }
    }
  }
}

# In each Region of a stack: Lambda takes code from a bucket of its own Region only.
resource "aws_s3_bucket" "code" {
  for_each = local.regions

  region        = each.value
  bucket_prefix = "${local.deployment.name}-code-"
  force_destroy = true # It only holds copies of the folder. S3 keeps the public out of a new bucket.
  tags          = var.tags
}

resource "aws_s3_object" "file" {
  for_each = merge(
    {
      for pair in setproduct(local.regions, fileset("${var.folder}/code", "*")) :
      join("/", pair) => "${var.folder}/code/${pair[1]}"
    },
    { for name, object in local.template_objects : object => local.templates[name] },
  )

  region = split("/", each.key)[0]
  bucket = aws_s3_bucket.code[split("/", each.key)[0]].bucket
  key    = split("/", each.key)[1]
  source = each.value

  # CloudFormation needs the former zips to roll an update back. Without this, Terraform deletes them before it updates the stacks; with
  # it, after the last stack is updated, and not at all if a stack fails.
  lifecycle {
    create_before_destroy = true
  }
}

# Terraform can't order the instances of one resource, so each stage is a module of its own.
module "stage_1" {
  source = "./stage"
  stacks = { for name, stack in local.stacks : name => stack if stack.stage == 1 }
  tags   = var.tags
}

module "stage_2" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 2 }
  tags       = var.tags
  depends_on = [module.stage_1]
}

module "stage_3" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 3 }
  tags       = var.tags
  depends_on = [module.stage_2]
}

module "stage_4" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 4 }
  tags       = var.tags
  depends_on = [module.stage_3]
}

module "stage_5" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 5 }
  tags       = var.tags
  depends_on = [module.stage_4]
}
