# `schedule` starts the stopped VM, which trains and stops itself again.

data "aws_iam_policy_document" "schedule_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.me.account_id]
    }
  }
}

resource "aws_iam_role" "schedule" {
  count              = local.scheduled ? 1 : 0
  name_prefix        = "${local.project}-schedule-"
  description        = "Starts the VM that trains ${local.project}"
  assume_role_policy = data.aws_iam_policy_document.schedule_trust.json
}

resource "aws_iam_role_policy" "schedule" {
  count       = local.scheduled ? 1 : 0
  name_prefix = "start-"
  role        = aws_iam_role.schedule[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ec2:StartInstances"
      Resource = aws_instance.vm[0].arn
    }]
  })
}

resource "aws_scheduler_schedule" "train" {
  #checkov:skip=CKV_AWS_297:The schedule holds an instance id and nothing secret; AWS's own key is enough.
  count                        = local.scheduled ? 1 : 0
  name_prefix                  = "${local.project}-"
  schedule_expression          = "cron(${local.scheduled_minute} ${join(",", local.scheduled_hours)} ? * ${join(",", local.scheduled_days)} *)"
  schedule_expression_timezone = "UTC"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${data.aws_partition.here.partition}:scheduler:::aws-sdk:ec2:startInstances"
    role_arn = aws_iam_role.schedule[0].arn
    input    = jsonencode({ InstanceIds = [aws_instance.vm[0].id] })
  }
}
