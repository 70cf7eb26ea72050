# GitHub's workflows come in without a key: their token is exchanged for an hour of this role, which may start the VM,
# push an image and read results, and nothing else. Off until github_subjects names who may.

locals {
  ci          = length(var.github_subjects) > 0 ? 1 : 0
  github_host = "token.actions.githubusercontent.com"
  github_arn  = one(concat(aws_iam_openid_connect_provider.github[*].arn, data.aws_iam_openid_connect_provider.github[*].arn))

  # What `poe image-push` has to know. Where the VM's pipeline runs images of this repository, the bucket says which (pipeline_override.tf).
  pipeline_runs_image = false
  image_target = merge(
    { repository = aws_ecr_repository.images.repository_url, role = one(aws_iam_role.ci[*].arn), region = local.region },
    { for bucket in ["s3://${aws_s3_bucket.artifacts.bucket}"] : "artifacts" => bucket if local.pipeline_runs_image && startswith(var.image, aws_ecr_repository.images.repository_url) },
  )
}

variable "github_provider_exists" {
  description = "Whether the account already knows GitHub as an identity provider; an account has at most one."
  type        = bool
  default     = false
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.github_provider_exists ? 0 : local.ci
  url            = "https://${local.github_host}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_openid_connect_provider" "github" {
  count = var.github_provider_exists ? local.ci : 0
  url   = "https://${local.github_host}"
}

data "aws_iam_policy_document" "ci_trust" {
  count = local.ci

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.github_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.github_host}:sub"
      values   = var.github_subjects
    }

    condition {
      test     = "StringEquals"
      variable = "${local.github_host}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.github_host}:repository_id"
      values   = local.github_repository_ids
    }
  }
}

resource "aws_iam_role" "ci" {
  count                = local.ci
  name_prefix          = "${local.project}-ci-"
  description          = "Workflows of ${local.project}"
  assume_role_policy   = data.aws_iam_policy_document.ci_trust[0].json
  max_session_duration = 3600
}

data "aws_iam_policy_document" "ci" {
  #checkov:skip=CKV_AWS_111:ECR's token and ec2:DescribeInstances know no resource; every other action names one.
  #checkov:skip=CKV_AWS_356:ECR's token and ec2:DescribeInstances know no resource; every other action names one.
  count = local.ci

  statement {
    sid       = "NoResource"
    actions   = ["ec2:DescribeInstances", "ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = aws_instance.vm[*].arn

    content {
      sid       = "StartTheVm"
      actions   = ["ec2:StartInstances"]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "PushTheImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
    resources = [aws_ecr_repository.images.arn]
  }

  statement {
    sid       = "ListResultsAndData"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.artifacts.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["runs/*", "dvc/*"]
    }
  }

  # Not vm/, where the tracking server's password lies.
  statement {
    sid       = "ReadResultsAndData"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/runs/*", "${aws_s3_bucket.artifacts.arn}/dvc/*"]
  }
}

resource "aws_iam_role_policy" "ci" {
  count       = local.ci
  name_prefix = "ci-"
  role        = aws_iam_role.ci[0].id
  policy      = data.aws_iam_policy_document.ci[0].json
}

output "ci_access" {
  description = "Tells the repository's workflows where they may go; null while github_subjects is empty."
  value       = local.ci == 0 ? null : <<-END
    gh variable set AWS_ROLE --env infra --body ${aws_iam_role.ci[0].arn}
    gh variable set AWS_REGION --env infra --body ${local.region}
    gh variable set TRAINING_VM --env infra --body ${local.vm_id == null ? "'the VM is off'" : local.vm_id}
    gh variable set ARTIFACTS --env infra --body s3://${aws_s3_bucket.artifacts.bucket}
    gh variable set IMAGE_TARGET --env infra --body '${jsonencode(local.image_target)}'
  END
}
