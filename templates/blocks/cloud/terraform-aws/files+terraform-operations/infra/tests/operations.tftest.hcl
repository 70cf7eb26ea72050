# What has to hold for the tracking server, the budget, the cost and the access for CI, checked offline and without an account.

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

  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock", bucket = "mock", region = "eu-west-1" }
  }
}

# All of them, so that what you set in project.auto.tfvars changes no test.
variables {
  project                = "test_project"
  run_vm                 = true
  image                  = "ghcr.io/example/test-project@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  instance_type          = "m7i.large"
  command                = []
  disk_gb                = 60
  gpu                    = false
  use_spot               = false
  schedule               = ""
  extra_policies         = []
  detailed_monitoring    = false
  tracking_server        = false
  tracking_database      = "sqlite"
  idle_minutes           = 30
  hours_per_month        = 20
  artifacts_gb           = 20
  monthly_budget         = 50
  budget_email           = ""
  github_subjects        = []
  github_provider_exists = false
}

run "everything_but_the_idle_stop_is_off" {
  command = plan

  assert {
    condition     = length(aws_budgets_budget.project) + length(aws_iam_role.ci) + length(aws_iam_openid_connect_provider.github) + length(aws_vpc_security_group_egress_rule.postgres) == 0
    error_message = "A budget, a role for CI or a way to a database is planned although no one asked for it."
  }

  assert {
    condition     = output.tracking_server == null && output.ci_access == null && strcontains(output.open_tracking, "is off")
    error_message = "An output speaks of something that is not there."
  }

  assert {
    condition = alltrue([
      for name, off in { tracking_server = "false", budget_email = "\"\"", github_subjects = "\\[\\]", idle_minutes = "30" } :
      can(regex("variable \"${name}\" \\{[^}]*default     = ${off}\n", file("${path.module}/variables-operations.tf")))
    ])
    error_message = "Something is on by default, or the idle stop is not."
  }
}

run "the_vm_knows_when_it_is_idle" {
  command = apply

  assert {
    condition     = strcontains(local.vm_program, "IDLE_MINUTES='30'") && strcontains(local.vm_program, "TRACKING_SERVER='false'")
    error_message = "The settings of the idle stop and of the tracking server do not reach the VM."
  }
}

run "the_tracking_server_needs_no_open_port" {
  command = apply

  variables {
    tracking_server = true
  }

  assert {
    condition     = strcontains(local.vm_program, "TRACKING_SERVER='true'") && strcontains(local.vm_program, "ARTIFACTS='s3://mock'")
    error_message = "The VM does not learn that it runs a tracking server, or where artifacts go."
  }

  assert {
    condition     = output.tracking_server == "http://localhost:5000" && strcontains(output.open_tracking, "AWS-StartPortForwardingSession") && strcontains(output.open_tracking, "vm/look")
    error_message = "The output does not open the server through the session manager, or starts a training."
  }

  assert {
    condition     = length(aws_vpc_security_group_egress_rule.postgres) == 0 && length(aws_iam_role_policy.tracking) == 0
    error_message = "A way to a database is open although runs are kept in a file."
  }

  assert {
    condition     = !strcontains(local.vm_program, "password1234") && strcontains(local.vm_program, "--app-name basic-auth") && strcontains(local.vm_program, "--allowed-hosts")
    error_message = "The server runs without authentication, with a password everybody knows, or for every host name."
  }
}

run "postgres_is_reached_by_an_address_from_the_store" {
  command = apply

  variables {
    tracking_server   = true
    tracking_database = "postgres"
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.postgres[0].from_port == 5432 && length(data.aws_iam_policy_document.tracking[0].statement) == 1
    error_message = "The VM cannot reach its database, or may read more than its address."
  }

  assert {
    condition     = endswith(one(data.aws_iam_policy_document.tracking[0].statement[0].resources), ":parameter/test-project/tracking/database")
    error_message = "The VM may read other parameters."
  }
}

run "another_database_is_refused" {
  command = plan

  variables {
    tracking_database = "mysql"
  }

  expect_failures = [var.tracking_database]
}

run "an_idle_stop_before_anybody_can_connect_is_refused" {
  command = plan

  variables {
    idle_minutes = 1
  }

  expect_failures = [var.idle_minutes]
}

run "ci_comes_in_by_its_immutable_subject" {
  command = apply

  variables {
    github_subjects = ["repo:octo@583231/churn@1296269:environment:infra"]
  }

  assert {
    condition = { for condition in data.aws_iam_policy_document.ci_trust[0].statement[0].condition : condition.variable => condition.values } == {
      "token.actions.githubusercontent.com:aud"           = tolist(["sts.amazonaws.com"])
      "token.actions.githubusercontent.com:repository_id" = tolist(["1296269"])
      "token.actions.githubusercontent.com:sub"           = tolist(["repo:octo@583231/churn@1296269:environment:infra"])
    }
    error_message = "The role can be taken by another repository, another branch or for another audience."
  }

  assert {
    condition     = alltrue([for condition in data.aws_iam_policy_document.ci_trust[0].statement[0].condition : condition.test == "StringEquals"])
    error_message = "A condition of the role matches by pattern."
  }

  assert {
    condition     = !anytrue([for action in flatten(data.aws_iam_policy_document.ci[0].statement[*].actions) : strcontains(action, "*") || startswith(action, "s3:Put") || startswith(action, "s3:Delete") || startswith(action, "iam:")])
    error_message = "CI may do more than start the VM, push an image and read."
  }

  assert {
    condition     = !anytrue([for resource in flatten(data.aws_iam_policy_document.ci[0].statement[*].resources) : endswith(resource, "mock/*")])
    error_message = "CI may read all of the bucket, also the tracking server's password."
  }

  assert {
    condition     = strcontains(output.ci_access, "gh variable set IMAGE_TARGET --env infra --body '{\"region\":\"eu-west-1\",\"repository\":\"123456789012.dkr.ecr.eu-west-1.amazonaws.com/mock\",\"role\":")
    error_message = "The output does not say where CI pushes the image, or lets it name an image that no VM reads."
  }

  assert {
    condition     = strcontains(output.ci_access, "gh variable set AWS_ROLE")
    error_message = "No one is informed how CI comes in."
  }
}

run "a_subject_that_never_matches_is_refused" {
  command = plan

  variables {
    github_subjects = ["repo:octo/churn:ref:refs/heads/main"]
  }

  expect_failures = [var.github_subjects]
}

run "a_subject_for_every_branch_is_refused" {
  command = plan

  variables {
    github_subjects = ["repo:octo@583231/churn@1296269:*"]
  }

  expect_failures = [var.github_subjects]
}

run "the_budget_writes_before_and_after" {
  command = plan

  variables {
    budget_email = "team@example.com"
  }

  assert {
    condition     = toset([for one in aws_budgets_budget.project[0].notification : "${one.notification_type} ${one.threshold}"]) == toset(["FORECASTED 80", "ACTUAL 100"])
    error_message = "No one is informed before the money is gone."
  }

  assert {
    condition     = toset(flatten([for one in aws_budgets_budget.project[0].notification : one.subscriber_email_addresses])) == toset(["team@example.com"]) && aws_budgets_budget.project[0].limit_amount == "50.00"
    error_message = "The budget has another limit, or another reader."
  }
}

run "the_cost_of_a_month_is_shown" {
  command = plan

  assert {
    condition     = output.monthly_cost["VM, 20 hours"] == "$2.02" && output.monthly_cost["VM's disk, also while it is stopped"] == "$4.80" && startswith(output.monthly_cost["a month"], "about $7.38 (list prices")
    error_message = "The cost of a month is wrong, or does not say where its prices are from."
  }
}

run "a_size_without_a_price_is_said" {
  command = plan

  variables {
    instance_type = "x9.huge"
  }

  assert {
    condition     = contains(keys(output.monthly_cost), "VM x9.huge: not in prices.tf")
    error_message = "A size without a price is counted as if it were free."
  }
}

run "more_than_the_budget_is_a_warning" {
  command = plan

  variables {
    hours_per_month = 730
  }

  expect_failures = [check.budget]
}
