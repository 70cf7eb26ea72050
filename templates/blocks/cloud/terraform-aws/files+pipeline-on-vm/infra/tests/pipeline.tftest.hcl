# What has to hold for the pipeline on the VM's schedule, checked offline and without an account.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0123456789abcdef0" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_instance" {
    defaults = {
      id  = "i-0123456789abcdef0"
      arn = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0"
    }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }

  mock_resource "aws_ecr_repository" {
    defaults = {
      arn            = "arn:aws:ecr:eu-west-1:123456789012:repository/mock"
      repository_url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mock"
    }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:mock" }
  }

  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock", bucket = "mock", region = "eu-west-1" }
  }
}

variables {
  project           = "test_project"
  run_vm            = true
  image             = "ghcr.io/example/test-project@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  schedule          = ""
  max_hours         = 12
  tracking_server   = false
  github_subjects   = []
  budget_email      = ""
  monthly_budget    = 50
  hours_per_month   = 20
  pipeline_schedule = "MON,THU 15:30"
  pipeline_email    = "team@example.com"
}

run "it_is_off_until_asked_for" {
  command = plan

  variables {
    pipeline_schedule = ""
    pipeline_email    = ""
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.pipeline_failed) + length(aws_cloudwatch_metric_alarm.pipeline_missing) + length(aws_sns_topic.pipeline) + length(aws_iam_role_policy.pipeline) + length(aws_scheduler_schedule.train) == 0
    error_message = "Alarms, a schedule or rights are planned although no one asked for them."
  }

  assert {
    condition     = local.pipeline_vm_settings.PIPELINE_CALENDAR == "" && length(local.more_costs) == 0
    error_message = "The VM has a timer although no one asked for it, or it costs something."
  }
}

run "a_schedule_that_says_no_time_is_refused" {
  command = plan

  variables {
    pipeline_schedule = "every monday"
  }

  expect_failures = [var.pipeline_schedule]
}

run "a_schedule_that_informs_no_one_is_refused" {
  command = plan

  variables {
    pipeline_email = ""
  }

  expect_failures = [var.pipeline_schedule]
}

run "a_training_and_a_pipeline_by_schedule_are_refused" {
  command = plan

  variables {
    schedule = "DAILY 03:00"
  }

  expect_failures = [var.pipeline_schedule]
}

run "the_vm_learns_when_it_runs" {
  command = plan

  assert {
    condition     = local.pipeline_settings == { PIPELINE_CALENDAR = "Mon,Thu *-*-* 15:30:00 UTC", PIPELINE_CLOCK = "15:30", PIPELINE_MAX_AGE_HOURS = "109" }
    error_message = "The timer has another time, or a run is overdue before the longest time between two runs (96 hours), max_hours and one hour."
  }
}

run "a_week_is_the_longest_time_between_two_runs" {
  command = plan

  variables {
    pipeline_schedule = "SUN 00:05"
  }

  assert {
    condition     = local.pipeline_settings == { PIPELINE_CALENDAR = "Sun *-*-* 00:05:00 UTC", PIPELINE_CLOCK = "00:05", PIPELINE_MAX_AGE_HOURS = "181" }
    error_message = "A weekly run is overdue too early, or too late."
  }
}

run "every_day_is_every_24_hours" {
  command = plan

  variables {
    pipeline_schedule = "DAILY 03:00"
    max_hours         = 1.5
  }

  assert {
    condition     = local.pipeline_settings == { PIPELINE_CALENDAR = "Mon,Tue,Wed,Thu,Fri,Sat,Sun *-*-* 03:00:00 UTC", PIPELINE_CLOCK = "03:00", PIPELINE_MAX_AGE_HOURS = "27" }
    error_message = "A daily run has another timer, or is overdue too early or too late."
  }
}

run "the_vm_is_started_twice_a_day" {
  command = apply

  assert {
    condition     = aws_scheduler_schedule.train[0].schedule_expression == "cron(30 15,3 ? * MON,TUE,WED,THU,FRI,SAT,SUN *)"
    error_message = "The VM does not start at the time of the pipeline and twelve hours later."
  }

  assert {
    condition     = length(aws_instance.vm[0].user_data_base64) < 16384 * 4 / 3
    error_message = "The VM's user data is above AWS's limit of 16 kB: shorten vm.d/."
  }

  assert {
    condition     = strcontains(local.vm_program, "PIPELINE_CALENDAR='Mon,Thu *-*-* 15:30:00 UTC'") && strcontains(local.vm_program, "cloud_signal")
    error_message = "The VM does not learn when it runs the pipeline, or how it reports."
  }

  assert {
    condition     = output.monthly_cost["Pipeline's metric and two alarms"] == "$0.50"
    error_message = "What the alarms cost is not in the cost of a month."
  }
}

run "the_vm_may_write_its_metric_and_nothing_else" {
  command = apply

  assert {
    condition     = one(data.aws_iam_policy_document.pipeline[0].statement).actions == toset(["cloudwatch:PutMetricData"])
    error_message = "The VM may do more than write a metric."
  }

  assert {
    condition     = one(one(data.aws_iam_policy_document.pipeline[0].statement).condition).variable == "cloudwatch:namespace" && one(one(data.aws_iam_policy_document.pipeline[0].statement).condition).values == tolist(["Pipeline/test-project"])
    error_message = "The VM may write metrics of other projects."
  }
}

run "the_alarms_inform_when_they_open_and_close" {
  command = apply

  assert {
    condition     = aws_sns_topic_subscription.pipeline[0].endpoint == "team@example.com"
    error_message = "No one is informed, or another address."
  }

  assert {
    condition = alltrue([
      for alarm in concat(aws_cloudwatch_metric_alarm.pipeline_failed, aws_cloudwatch_metric_alarm.pipeline_missing) :
      alarm.alarm_actions == toset([aws_sns_topic.pipeline[0].arn]) && alarm.ok_actions == alarm.alarm_actions && alarm.namespace == "Pipeline/test-project" && alarm.metric_name == "Failed"
    ])
    error_message = "An alarm informs no one, does not say that it has closed, or reads another metric."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.pipeline_failed[0].treat_missing_data == "ignore" && aws_cloudwatch_metric_alarm.pipeline_missing[0].treat_missing_data == "breaching"
    error_message = "A failed run is forgotten before the next report, or silence is no alarm."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.pipeline_missing[0].period * aws_cloudwatch_metric_alarm.pipeline_missing[0].evaluation_periods > 24 * 3600 && aws_cloudwatch_metric_alarm.pipeline_missing[0].period * aws_cloudwatch_metric_alarm.pipeline_missing[0].evaluation_periods <= 7 * 24 * 3600
    error_message = "The alarm opens between two starts of the VM, or looks back further than CloudWatch can."
  }
}

run "ci_names_the_image_of_the_vm_and_writes_nothing_else" {
  command = apply

  variables {
    image           = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mock:v1"
    github_subjects = ["repo:octo@583231/churn@1296269:environment:infra"]
  }

  assert {
    condition     = one(data.aws_iam_policy_document.ci_pipeline_image[0].statement).actions == toset(["s3:PutObject"]) && one(data.aws_iam_policy_document.ci_pipeline_image[0].statement).resources == toset(["arn:aws:s3:::mock/vm/pipeline/image"])
    error_message = "CI may write more than the image's name, or not that."
  }

  assert {
    condition     = local.image_target.artifacts == "s3://mock" && local.image_target.repository == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mock"
    error_message = "CI does not learn where it names the image."
  }
}

run "ci_names_no_image_of_a_repository_that_the_vm_refuses" {
  command = apply

  variables {
    github_subjects = ["repo:octo@583231/churn@1296269:environment:infra"]
  }

  assert {
    condition     = !contains(keys(local.image_target), "artifacts")
    error_message = "CI names an image that the VM refuses."
  }
}
