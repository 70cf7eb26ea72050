# What has to hold for the pipeline on the VM's schedule, checked offline and without an account.

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
    condition     = length(google_monitoring_alert_policy.pipeline_failed) + length(google_monitoring_alert_policy.pipeline_missing) + length(google_monitoring_notification_channel.pipeline) + length(google_project_iam_member.pipeline) + length(google_storage_bucket_iam_member.pipeline) + length(google_compute_resource_policy.schedule) == 0
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
    condition     = google_compute_resource_policy.schedule[0].instance_schedule_policy[0].vm_start_schedule[0].schedule == "30 15,3 * * MON,TUE,WED,THU,FRI,SAT,SUN"
    error_message = "The VM does not start at the time of the pipeline and twelve hours later."
  }

  assert {
    condition     = strcontains(local.vm_program, "PIPELINE_CALENDAR='Mon,Thu *-*-* 15:30:00 UTC'") && strcontains(local.vm_program, "cloud_signal")
    error_message = "The VM does not learn when it runs the pipeline, or how it reports."
  }

  assert {
    condition     = output.monthly_cost["Pipeline's metric and two alerts"] == "$0.20"
    error_message = "What the alerts cost is not in the cost of a month."
  }
}

run "the_vm_may_write_metrics_and_its_own_state" {
  command = apply

  assert {
    condition     = google_project_iam_member.pipeline[0].role == "roles/monitoring.metricWriter"
    error_message = "The VM may do more in the project than write metrics."
  }

  assert {
    condition     = endswith(google_storage_bucket_iam_member.pipeline[0].condition[0].expression, "/vm/pipeline/')")
    error_message = "The VM may replace other objects than the state of the pipeline."
  }
}

run "the_alerts_inform_and_stay_until_the_next_report" {
  command = apply

  assert {
    condition     = google_monitoring_notification_channel.pipeline[0].labels.email_address == "team@example.com"
    error_message = "No one is informed, or another address."
  }

  assert {
    condition     = google_monitoring_alert_policy.pipeline_failed[0].conditions[0].condition_threshold[0].aggregations[0].per_series_aligner == "ALIGN_NEXT_OLDER" && google_monitoring_alert_policy.pipeline_failed[0].conditions[0].condition_threshold[0].aggregations[0].alignment_period == "82800s"
    error_message = "A failed run is forgotten before the next report."
  }

  assert {
    condition     = google_monitoring_alert_policy.pipeline_missing[0].conditions[0].condition_absent[0].duration == "84600s"
    error_message = "The alert opens between two starts of the VM, or looks back further than Google Cloud can."
  }
}

run "ci_names_the_image_of_the_vm_and_writes_nothing_else" {
  command = apply

  variables {
    github_subjects = ["repo:octo@583231/churn@1296269:environment:infra"]
  }

  assert {
    condition     = endswith(google_storage_bucket_iam_member.ci_pipeline_image[0].condition[0].expression, "/vm/pipeline/image'") && startswith(google_storage_bucket_iam_member.ci_pipeline_image[0].condition[0].expression, "resource.name == ")
    error_message = "CI may write more than the image's name, or not that."
  }

  assert {
    condition     = !contains(keys(local.image_target), "artifacts") && strcontains(output.ci_access, "gh variable set IMAGE_TARGET")
    error_message = "CI names an image that the VM refuses, or does not learn where to push."
  }
}
