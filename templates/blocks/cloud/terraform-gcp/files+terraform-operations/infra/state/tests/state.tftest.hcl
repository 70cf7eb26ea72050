# Checked by `uv run poe infra-bootstrap` before it makes anything.

mock_provider "google" {
  mock_data "google_client_config" {
    defaults = { project = "mock-project" }
  }
}

variables {
  project        = "test_project"
  google_project = "mock-project"
}

run "the_state_is_private_and_cannot_be_deleted" {
  command = plan

  assert {
    condition     = output.backend.type == "gcs" && output.backend.settings.bucket == "mock-project-test-project-state"
    error_message = "The state lies somewhere else."
  }

  assert {
    condition     = google_storage_bucket.state.versioning[0].enabled && google_storage_bucket.state.public_access_prevention == "enforced"
    error_message = "A former state is lost, or the bucket can be made public."
  }

  assert {
    condition     = strcontains(file("${path.module}/main.tf"), "prevent_destroy = true")
    error_message = "The state can be deleted by mistake."
  }
}
