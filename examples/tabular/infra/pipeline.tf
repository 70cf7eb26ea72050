# The alarms on the pipeline of the VM: one for a run that failed or is overdue, one for a VM that reports nothing.

locals {
  pipeline_namespace = "Pipeline/${local.project}"

  pipeline_prices = { "metric month" = 0.30, "alarm month" = 0.10 } # https://aws.amazon.com/cloudwatch/pricing/
  pipeline_costs  = { "Pipeline's metric and two alarms" = local.pipeline_prices["metric month"] + 2 * local.pipeline_prices["alarm month"] }
}

data "aws_iam_policy_document" "pipeline" {
  count = local.pipeline_on ? 1 : 0

  statement {
    sid       = "PipelineMetric" # this action knows no resource, but its namespace
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [local.pipeline_namespace]
    }
  }
}

resource "aws_iam_role_policy" "pipeline" {
  count       = local.pipeline_on ? 1 : 0
  name_prefix = "pipeline-"
  role        = aws_iam_role.vm.id
  policy      = data.aws_iam_policy_document.pipeline[0].json
}

# CI says which image the VM runs. The VM refuses one of another repository than that of `image`.
data "aws_iam_policy_document" "ci_pipeline_image" {
  count = local.pipeline_on ? local.ci : 0

  statement {
    sid       = "NameTheImage"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/vm/pipeline/image"]
  }
}

resource "aws_iam_role_policy" "ci_pipeline_image" {
  count       = local.pipeline_on ? local.ci : 0
  name_prefix = "pipeline-image-"
  role        = aws_iam_role.ci[0].id
  policy      = data.aws_iam_policy_document.ci_pipeline_image[0].json
}

resource "aws_sns_topic" "pipeline" {
  #checkov:skip=CKV_AWS_26:CloudWatch cannot publish to a topic with AWS's own key; a key of your own costs $1 a month, and the messages are no secret.
  count = local.pipeline_on ? 1 : 0
  name  = "${local.project}-pipeline"
}

# The address receives a link first; it gets messages once that is opened.
resource "aws_sns_topic_subscription" "pipeline" {
  count     = local.pipeline_on ? 1 : 0
  topic_arn = aws_sns_topic.pipeline[0].arn
  protocol  = "email"
  endpoint  = var.pipeline_email
}

# Stays as it is until the VM reports something else.
resource "aws_cloudwatch_metric_alarm" "pipeline_failed" {
  count               = local.pipeline_on ? 1 : 0
  alarm_name          = "${local.project}-pipeline-failed"
  alarm_description   = "The last run of the pipeline failed, or none has succeeded in time: see runs/<time>/pipeline.log in ${aws_s3_bucket.artifacts.bucket}."
  namespace           = local.pipeline_namespace
  metric_name         = "Failed"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "ignore"
  alarm_actions       = [aws_sns_topic.pipeline[0].arn]
  ok_actions          = [aws_sns_topic.pipeline[0].arn]
}

# The VM reports at each start, twice a day: 26 hours without a report are two starts that did not happen.
resource "aws_cloudwatch_metric_alarm" "pipeline_missing" {
  count               = local.pipeline_on ? 1 : 0
  alarm_name          = "${local.project}-pipeline-missing"
  alarm_description   = "The VM of the pipeline has reported nothing for 26 hours: it does not start, or cannot report. In alarm until the first report of a new VM."
  namespace           = local.pipeline_namespace
  metric_name         = "Failed"
  statistic           = "SampleCount"
  period              = 3600
  evaluation_periods  = 26
  datapoints_to_alarm = 26
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.pipeline[0].arn]
  ok_actions          = [aws_sns_topic.pipeline[0].arn]
}
