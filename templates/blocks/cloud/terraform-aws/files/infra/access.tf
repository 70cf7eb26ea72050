# What the VM may do: be reached by the session manager, read its image and its parameters, write to its bucket.

data "aws_iam_policy_document" "vm_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "vm" {
  name_prefix        = "${local.project}-vm-"
  description        = "The VM that trains ${local.project}"
  assume_role_policy = data.aws_iam_policy_document.vm_trust.json
}

resource "aws_iam_instance_profile" "vm" {
  name_prefix = "${local.project}-vm-"
  role        = aws_iam_role.vm.name
}

data "aws_iam_policy_document" "vm" {
  #checkov:skip=CKV_AWS_111:The session manager's channels and ECR's token know no resource; every other action names one.
  #checkov:skip=CKV_AWS_356:The session manager's channels and ECR's token know no resource; every other action names one.
  statement {
    sid       = "SessionManager" # less than AmazonSSMManagedInstanceCore, which reads every parameter of the account
    resources = ["*"]

    actions = [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
  }

  statement {
    sid       = "Parameters"
    actions   = ["ssm:GetParametersByPath"]
    resources = [for path in ["env", "env/*"] : "arn:${data.aws_partition.here.partition}:ssm:${local.region}:${data.aws_caller_identity.me.account_id}:parameter/${local.project}/${path}"]
  }

  statement {
    sid       = "RegistryToken"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "Image"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.images.arn]
  }

  statement {
    sid       = "Bucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket"]
    resources = [aws_s3_bucket.artifacts.arn]
  }

  statement {
    sid       = "Artifacts"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/*"]
  }
}

resource "aws_iam_role_policy" "vm" {
  name_prefix = "train-"
  role        = aws_iam_role.vm.id
  policy      = data.aws_iam_policy_document.vm.json
}

resource "aws_iam_role_policy_attachment" "extra" {
  for_each   = toset(var.extra_policies)
  role       = aws_iam_role.vm.name
  policy_arn = each.value
}
