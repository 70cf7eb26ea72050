# Checked by `uv run poe infra-bootstrap` before it makes anything.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  project = "test_project"
}

run "the_state_is_private_locked_and_cannot_be_deleted" {
  command = plan

  assert {
    condition     = output.backend.type == "s3" && output.backend.settings.use_lockfile && output.backend.settings.encrypt
    error_message = "The state is not locked, or not encrypted."
  }

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_public_access_block.state.restrict_public_buckets
    error_message = "A former state is lost, or the bucket can be made public."
  }

  assert {
    condition     = strcontains(file("${path.module}/main.tf"), "prevent_destroy = true")
    error_message = "The state can be deleted by mistake."
  }
}
