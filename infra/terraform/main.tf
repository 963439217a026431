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
      region = stack.region
      stage  = stack.stage
      template_url = join("/", [
        "https://${aws_s3_bucket.code[stack.region].bucket_regional_domain_name}",
        aws_s3_object.file[local.template_objects[stack.name]].key,
      ])
      # After an update that failed, the provider keeps the new URL, but reads the parameters of the stack: by its former value of
      # `Template`, the next plan updates the stack again.
      parameters = {
        for name, value in merge(local.given, {
          CodeBucket = aws_s3_bucket.code[stack.region].bucket
          Template   = filesha256(local.templates[stack.name])
        }) : name => value if contains(stack.parameters, name)
      }
      iam_role_arn = var.iam_role_arn
      tags         = var.tags
    }
  }
}

# In each Region of a stack: Lambda takes code from a bucket of its own Region only.
resource "aws_s3_bucket" "code" {
  for_each = local.regions

  region        = each.value
  bucket_prefix = "${local.deployment.name}-code-"
  force_destroy = true # It only holds copies of the folder.
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "code" {
  for_each = local.regions

  region                  = each.value
  bucket                  = aws_s3_bucket.code[each.value].bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "code" {
  for_each = local.regions

  region = each.value
  bucket = aws_s3_bucket.code[each.value].bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "code" {
  for_each = local.regions

  region = each.value
  bucket = aws_s3_bucket.code[each.value].bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.code[each.value].arn, "${aws_s3_bucket.code[each.value].arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.code] # S3 refuses two changes of a bucket at once.
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
    ignore_changes        = [source] # Its key is its hash.
  }

  # Also after a destroy that failed, the bucket of what still runs is protected.
  depends_on = [aws_s3_bucket_policy.code, aws_s3_bucket_server_side_encryption_configuration.code]
}

# Terraform can't order the instances of one resource, so each stage is a module of its own.
module "stage_1" {
  source = "./stage"
  stacks = { for name, stack in local.stacks : name => stack if stack.stage == 1 }
}

module "stage_2" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 2 }
  depends_on = [module.stage_1]
}

module "stage_3" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 3 }
  depends_on = [module.stage_2]
}

module "stage_4" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 4 }
  depends_on = [module.stage_3]
}

module "stage_5" {
  source     = "./stage"
  stacks     = { for name, stack in local.stacks : name => stack if stack.stage == 5 }
  depends_on = [module.stage_4]
}
