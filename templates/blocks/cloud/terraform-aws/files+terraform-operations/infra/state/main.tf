# The bucket that keeps Terraform's state, made once by `uv run poe infra-bootstrap`. The state of this folder moves into
# it too, so that nothing is left on the machine that made it.

terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge(var.tags, { project = local.project, managed_by = "terraform" })
  }
}

locals {
  project = replace(var.project, "_", "-")
}

variable "project" {
  description = "Name of the project."
  type        = string
}

variable "region" {
  description = "AWS region; null takes the one of your profile or of AWS_REGION."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags besides project and managed_by."
  type        = map(string)
  default     = {}
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:Access logs need a second bucket and a reader; CloudTrail records who changed what.
  #checkov:skip=CKV_AWS_144:Versions keep every former state; a second region is for those who need one.
  #checkov:skip=CKV2_AWS_61:Former states are few kilobytes and are what this bucket is for.
  #checkov:skip=CKV2_AWS_62:Nothing listens to new objects.
  bucket_prefix = "${local.project}-state-"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "OnlyEncryptedConnections"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket     = aws_s3_bucket.state.id
  policy     = data.aws_iam_policy_document.state.json
  depends_on = [aws_s3_bucket_public_access_block.state]
}

output "backend" {
  description = "The type of the backend and its settings, without the key; `poe infra-bootstrap` writes them into backend.tf."
  value = {
    type = "s3"
    settings = {
      bucket       = aws_s3_bucket.state.bucket
      region       = aws_s3_bucket.state.region
      encrypt      = true
      use_lockfile = true
    }
  }
}
