# What has to hold for this folder, checked offline and without an account: `terraform -chdir=infra test`.
# Every run plans with the VM on, and with what it may cost on or off as the name says.

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

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock", bucket = "mock", region = "eu-west-1" }
  }
}

# All of them, so that what you set in project.auto.tfvars changes no test.
variables {
  project          = "test_project"
  run_vm           = true
  image            = "ghcr.io/example/test-project@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  command          = []
  gpu              = false
  use_spot         = false
  schedule         = ""
  extra_policies   = []
  stop_when_done   = true
  delete_artifacts = false
}

run "the_vm_is_off_until_asked_for" {
  command = plan

  variables {
    run_vm = false
    image  = ""
  }

  assert {
    condition     = length(aws_instance.vm) == 0 && length(aws_scheduler_schedule.train) == 0
    error_message = "A VM or a schedule is planned although no one asked for one."
  }

  assert {
    condition = alltrue([
      for name, off in { run_vm = "false", use_spot = "false", delete_artifacts = "false", schedule = "\"\"", extra_policies = "\\[\\]" } :
      can(regex("variable \"${name}\" \\{[^}]*default     = ${off}\n", join("", [for file in fileset(path.module, "variables*.tf") : file("${path.module}/${file}")])))
    ])
    error_message = "Something that costs money, grants more or deletes is on by default."
  }
}

run "a_vm_without_an_image_is_refused" {
  command = plan

  variables {
    image = ""
  }

  expect_failures = [var.run_vm]
}

run "a_schedule_that_says_no_time_is_refused" {
  command = plan

  variables {
    schedule = "every monday"
  }

  expect_failures = [var.schedule]
}

run "nothing_listens" {
  command = plan

  assert {
    condition     = length(regexall("(?m)^\\s*(ingress|key_name)\\b|ingress_rule", join("\n", [for name in fileset(path.module, "*.tf") : file("${path.module}/${name}")]))) == 0
    error_message = "Some file of infra/ opens a port or gives the VM an SSH key; the session manager needs neither."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.https.from_port == 443 && aws_vpc_security_group_egress_rule.https.to_port == 443 && aws_vpc_security_group_egress_rule.https.ip_protocol == "tcp"
    error_message = "The VM may call out by more than HTTPS."
  }
}

run "metadata_needs_a_token" {
  command = plan

  assert {
    condition     = aws_instance.vm[0].metadata_options[0].http_tokens == "required"
    error_message = "The VM answers metadata requests without a token (IMDSv1)."
  }
}

run "everything_is_encrypted" {
  command = plan

  assert {
    condition     = aws_instance.vm[0].root_block_device[0].encrypted
    error_message = "The VM's disk is not encrypted."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.artifacts.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The bucket is not encrypted with a KMS key."
  }

  assert {
    condition     = aws_ecr_repository.images.encryption_configuration[0].encryption_type == "KMS"
    error_message = "The image repository is not encrypted with a KMS key."
  }
}

run "the_bucket_is_private_and_keeps_versions" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.artifacts.block_public_acls,
      aws_s3_bucket_public_access_block.artifacts.block_public_policy,
      aws_s3_bucket_public_access_block.artifacts.ignore_public_acls,
      aws_s3_bucket_public_access_block.artifacts.restrict_public_buckets,
    ])
    error_message = "The bucket can be made public."
  }

  assert {
    condition     = aws_s3_bucket_versioning.artifacts.versioning_configuration[0].status == "Enabled"
    error_message = "The bucket forgets what is overwritten."
  }

  assert {
    condition     = !aws_s3_bucket.artifacts.force_destroy && !aws_ecr_repository.images.force_delete
    error_message = "infra-destroy would delete artifacts no one asked to delete."
  }
}

run "everything_is_tagged" {
  command = plan

  variables {
    tags = { owner = "team" }
  }

  assert {
    condition     = aws_instance.vm[0].tags.Name == "test-project" && startswith(aws_s3_bucket.artifacts.bucket_prefix, "test-project-")
    error_message = "The VM or the bucket does not carry the project's name."
  }
}

run "the_vm_trains_the_image_and_stops_itself" {
  command = apply

  assert {
    condition     = strcontains(local.vm_program, "IMAGE='${var.image}'") && strcontains(local.vm_program, "STOP_WHEN_DONE='true'")
    error_message = "The VM does not learn which image to train, or that it stops afterwards."
  }

  assert {
    condition     = aws_instance.vm[0].instance_initiated_shutdown_behavior == "stop" && aws_instance.vm[0].user_data_replace_on_change
    error_message = "A VM that shuts itself down would be deleted, or would keep an old program."
  }

  assert {
    condition     = length(aws_instance.vm[0].user_data_base64) < 16384 * 4 / 3
    error_message = "The VM's user data is above AWS's limit of 16 kB: shorten vm.d/."
  }

  assert {
    condition     = length(fileset(path.module, "vm.d/*")) > 1 && alltrue([for name in fileset(path.module, "vm.d/*") : strcontains(local.vm_program, file("${path.module}/${name}"))])
    error_message = "A script of vm.d/ does not reach the VM."
  }
}

run "the_vm_may_write_to_its_bucket_only" {
  command = apply

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.vm.statement :
      contains(["SessionManager", "RegistryToken"], statement.sid) || !anytrue([for resource in statement.resources : resource == "*"])
    ])
    error_message = "A statement of the VM's policy holds for every resource of the account."
  }

  assert {
    condition = toset(flatten([
      for statement in data.aws_iam_policy_document.vm.statement : statement.resources
      if anytrue([for action in statement.actions : startswith(action, "s3:Put") || startswith(action, "s3:Delete")])
    ])) == toset(["${aws_s3_bucket.artifacts.arn}/*"])
    error_message = "The VM may write to something else than its bucket."
  }

  assert {
    condition     = !anytrue([for action in flatten(data.aws_iam_policy_document.vm.statement[*].actions) : strcontains(action, "*")])
    error_message = "The VM's policy allows actions by wildcard."
  }
}

run "spot_and_schedule_are_off" {
  command = plan

  assert {
    condition     = length(aws_instance.vm[0].instance_market_options) == 0 && length(aws_scheduler_schedule.train) == 0 && length(aws_iam_role_policy_attachment.extra) == 0
    error_message = "Spot, a schedule or further policies are on although no one asked for them."
  }
}

run "spot_and_schedule_can_be_asked_for" {
  command = apply

  variables {
    use_spot       = true
    schedule       = "MON,THU 03:30"
    extra_policies = ["arn:aws:iam::123456789012:policy/read-data"]
    command        = ["python", "-c", "print('a b')"]
  }

  assert {
    condition     = aws_instance.vm[0].instance_market_options[0].spot_options[0].instance_interruption_behavior == "stop"
    error_message = "An interrupted spot VM would be deleted instead of stopped."
  }

  assert {
    condition     = aws_scheduler_schedule.train[0].schedule_expression == "cron(30 3 ? * MON,THU *)"
    error_message = "The schedule starts the VM at another time than asked for."
  }

  assert {
    condition     = jsondecode(aws_scheduler_schedule.train[0].target[0].input).InstanceIds == [aws_instance.vm[0].id]
    error_message = "The schedule starts something else than the VM."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule[0].policy).Statement[0].Resource == aws_instance.vm[0].arn
    error_message = "The schedule may start more than the VM."
  }

  assert {
    condition     = strcontains(local.vm_program, "\npython\n-c\nprint('a b')\nEND_OF_FILE\n")
    error_message = "The command does not reach the VM word by word."
  }
}
