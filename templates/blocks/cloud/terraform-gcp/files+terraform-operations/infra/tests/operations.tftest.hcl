# What has to hold for the tracking server, the budget, the cost and the access for CI, checked offline and without an account.

mock_provider "google" {
  mock_data "google_client_config" {
    defaults = { project = "mock-project" }
  }

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  mock_data "google_compute_image" {
    defaults = { self_link = "projects/debian-cloud/global/images/debian-12-mock" }
  }

  mock_resource "google_service_account" {
    defaults = {
      email  = "mock@mock-project.iam.gserviceaccount.com"
      member = "serviceAccount:mock@mock-project.iam.gserviceaccount.com"
      name   = "projects/mock-project/serviceAccounts/mock@mock-project.iam.gserviceaccount.com"
    }
  }

  mock_resource "google_compute_resource_policy" {
    defaults = { self_link = "projects/mock-project/regions/us-central1/resourcePolicies/mock" }
  }
}

# All of them, so that what you set in project.auto.tfvars changes no test.
variables {
  project           = "test_project"
  google_project    = "mock-project"
  region            = "us-central1"
  availability_zone = null
  instance_type     = "e2-standard-2"
  run_vm            = true
  image             = "ghcr.io/example/test-project@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  command           = []
  disk_gb           = 60
  gpu               = false
  use_spot          = false
  schedule          = ""
  stop_when_done    = true
  delete_artifacts  = false
  tracking_server   = false
  tracking_database = "sqlite"
  idle_minutes      = 30
  hours_per_month   = 20
  artifacts_gb      = 20
  monthly_budget    = 50
  budget_email      = ""
  billing_account   = ""
  github_subjects   = []
}

run "everything_but_the_idle_stop_is_off" {
  command = plan

  assert {
    condition     = length(google_billing_budget.project) + length(google_iam_workload_identity_pool.github) + length(google_compute_firewall.postgres) + length(google_storage_bucket_iam_member.tracking) == 0
    error_message = "A budget, an identity for CI or a way to a database is planned although no one asked for it."
  }

  assert {
    condition     = output.tracking_server == null && output.ci_access == null && strcontains(output.open_tracking, "is off") && strcontains(local.vm_program, "IDLE_MINUTES='30'")
    error_message = "An output speaks of something that is not there, or the VM does not stop when idle."
  }
}

run "the_tracking_server_needs_no_open_port" {
  command = apply

  variables {
    tracking_server = true
  }

  assert {
    condition     = strcontains(local.vm_program, "TRACKING_SERVER='true'") && strcontains(local.vm_program, "ARTIFACTS='gs://mock-project-test-project'")
    error_message = "The VM does not learn that it runs a tracking server, or where artifacts go."
  }

  assert {
    condition     = output.tracking_server == "http://localhost:5000" && strcontains(output.open_tracking, "--tunnel-through-iap") && strcontains(output.open_tracking, "vm/look")
    error_message = "The output does not open the server through the proxy, or starts a training."
  }

  assert {
    condition     = strcontains(google_storage_bucket_iam_member.tracking[0].condition[0].expression, "/vm/tracking/") && !strcontains(google_storage_bucket_iam_member.tracking[0].condition[0].expression, "/runs/")
    error_message = "The server may delete results of trainings."
  }
}

run "postgres_is_reached_by_an_address_from_the_store" {
  command = apply

  variables {
    tracking_server   = true
    tracking_database = "postgres"
  }

  assert {
    condition     = one(google_compute_firewall.postgres[0].allow).ports == tolist(["5432"]) && google_secret_manager_secret.tracking[0].secret_id == "test-project-tracking-database"
    error_message = "The VM cannot reach its database, or does not know where it is."
  }
}

run "ci_comes_in_by_its_immutable_subject" {
  command = apply

  variables {
    github_subjects = ["repo:octo@583231/churn@1296269:environment:infra"]
  }

  assert {
    condition     = google_iam_workload_identity_pool_provider.github[0].attribute_condition == "assertion.sub in [\"repo:octo@583231/churn@1296269:environment:infra\"] && assertion.repository_id in [\"1296269\"]"
    error_message = "The account can be used by another repository or another branch."
  }

  assert {
    condition     = toset(google_project_iam_custom_role.ci[0].permissions) == toset(["compute.instances.get", "compute.instances.start"]) && google_storage_bucket_iam_member.ci[0].role == "roles/storage.objectViewer"
    error_message = "CI may do more than start the VM, push an image and read."
  }

  assert {
    condition     = !strcontains(google_storage_bucket_iam_member.ci[0].condition[0].expression, "/vm/") && strcontains(output.ci_access, "gh variable set GOOGLE_PROVIDER")
    error_message = "CI may read the tracking server's password, or no one is informed how it comes in."
  }
}

run "a_subject_that_never_matches_is_refused" {
  command = plan

  variables {
    github_subjects = ["repo:octo/churn:ref:refs/heads/main"]
  }

  expect_failures = [var.github_subjects]
}

run "the_budget_writes_before_and_after" {
  command = plan

  variables {
    budget_email    = "team@example.com"
    billing_account = "012345-6789AB-CDEF01"
  }

  assert {
    condition     = [for rule in google_billing_budget.project[0].threshold_rules : "${rule.spend_basis} ${rule.threshold_percent}"] == ["FORECASTED_SPEND 0.8", "CURRENT_SPEND 1"] && google_billing_budget.project[0].amount[0].specified_amount[0].units == "50"
    error_message = "No one is informed before the money is gone."
  }
}

run "a_budget_that_no_one_pays_for_is_refused" {
  command = plan

  variables {
    budget_email = "team@example.com"
  }

  expect_failures = [var.billing_account]
}

run "the_cost_of_a_month_is_shown" {
  command = plan

  assert {
    condition     = output.monthly_cost["VM, 20 hours"] == "$1.34" && output.monthly_cost["VM's disk, also while it is stopped"] == "$6.00" && startswith(output.monthly_cost["a month"], "about $7.93 (list prices")
    error_message = "The cost of a month is wrong, or does not say where its prices are from."
  }
}

run "more_than_the_budget_is_a_warning" {
  command = plan

  variables {
    hours_per_month = 730
  }

  expect_failures = [check.budget]
}
