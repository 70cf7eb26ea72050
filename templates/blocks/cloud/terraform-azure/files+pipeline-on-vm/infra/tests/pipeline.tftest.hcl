# What has to hold for the pipeline on the VM's schedule, checked offline and without an account.

mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = {
      object_id       = "00000000-0000-0000-0000-000000000001"
      subscription_id = "00000000-0000-0000-0000-000000000002"
      tenant_id       = "00000000-0000-0000-0000-000000000003"
    }
  }

  mock_resource "azurerm_resource_group" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project" }
  }

  mock_resource "azurerm_linux_virtual_machine" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.Compute/virtualMachines/test-project" }
  }

  mock_resource "azurerm_subnet" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.Network/virtualNetworks/test-project/subnets/vm" }
  }

  mock_resource "azurerm_network_security_group" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.Network/networkSecurityGroups/test-project-vm" }
  }

  mock_resource "azurerm_network_interface" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.Network/networkInterfaces/test-project" }
  }

  mock_resource "azurerm_public_ip" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.Network/publicIPAddresses/mock" }
  }

  mock_resource "azurerm_storage_account" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.Storage/storageAccounts/mock" }
  }

  mock_resource "azurerm_storage_container" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.Storage/storageAccounts/mock/blobServices/default/containers/artifacts" }
  }

  mock_resource "azurerm_container_registry" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.ContainerRegistry/registries/mock"
      login_server = "mock.azurecr.io"
    }
  }

  mock_resource "azurerm_key_vault" {
    defaults = { id = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.KeyVault/vaults/mock" }
  }

  mock_resource "azurerm_role_definition" {
    defaults = { role_definition_resource_id = "/subscriptions/00000000-0000-0000-0000-000000000002/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-0000-0000-000000000004" }
  }

  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/test-project/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mock"
      client_id    = "00000000-0000-0000-0000-000000000005"
      principal_id = "00000000-0000-0000-0000-000000000006"
    }
  }

  mock_resource "azurerm_automation_account" {
    defaults = {
      identity = { principal_id = "00000000-0000-0000-0000-000000000007", tenant_id = "00000000-0000-0000-0000-000000000003" }
    }
  }
}

variables {
  project           = "test_project"
  run_vm            = true
  image             = "ghcr.io/example/test-project@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  ssh_public_key    = "ssh-ed25519 AAAA test"
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
    condition     = length(azurerm_monitor_scheduled_query_rules_alert_v2.pipeline) + length(azurerm_log_analytics_workspace.pipeline) + length(azurerm_monitor_diagnostic_setting.pipeline) + length(azurerm_monitor_action_group.pipeline) + length(azurerm_automation_schedule.schedule) == 0
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

run "the_vm_is_started_every_day" {
  command = apply

  assert {
    condition     = length(azurerm_automation_schedule.schedule[0].week_days) == 7 && endswith(azurerm_automation_schedule.schedule[0].start_time, "T15:30:00Z")
    error_message = "The VM does not start every day at the time of the pipeline."
  }

  assert {
    condition     = strcontains(local.vm_program, "PIPELINE_CALENDAR='Mon,Thu *-*-* 15:30:00 UTC'") && strcontains(local.vm_program, "cloud_signal")
    error_message = "The VM does not learn when it runs the pipeline, or how it reports."
  }

  assert {
    condition     = length(azurerm_linux_virtual_machine.vm[0].custom_data) < 65536 * 4 / 3
    error_message = "The VM's custom data is above Azure's limit of 64 kB: shorten vm.d/."
  }

  assert {
    condition     = output.monthly_cost["Pipeline's log and two alerts"] == "$3.00"
    error_message = "What the alerts cost is not in the cost of a month."
  }
}

run "the_alerts_inform_and_close" {
  command = apply

  assert {
    condition     = azurerm_monitor_action_group.pipeline[0].email_receiver[0].email_address == "team@example.com"
    error_message = "No one is informed, or another address."
  }

  assert {
    condition     = join(" ", keys(azurerm_monitor_scheduled_query_rules_alert_v2.pipeline)) == "failed missing" && alltrue([for alert in azurerm_monitor_scheduled_query_rules_alert_v2.pipeline : alert.auto_mitigation_enabled && alert.window_duration == "P2D"])
    error_message = "An alert is missing, never closes, or opens between two starts of the VM."
  }

  assert {
    condition     = strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.pipeline["failed"].criteria[0].query, "arg_max(TimeGenerated, Uri)") && azurerm_monitor_scheduled_query_rules_alert_v2.pipeline["missing"].criteria[0].operator == "LessThan"
    error_message = "A failed run counts after a newer one that succeeded, or silence is no alarm."
  }
}

run "ci_names_the_image_of_the_vm_and_writes_nothing_else" {
  command = apply

  variables {
    registry        = true
    github_subjects = ["repo:octo@583231/churn@1296269:environment:infra"]
  }

  assert {
    condition     = strcontains(azurerm_role_assignment.ci_pipeline_image[0].condition, "StringEquals 'vm/pipeline/image'") && length(regexall("ActionMatches", azurerm_role_assignment.ci_pipeline_image[0].condition)) == 5
    error_message = "CI may write more than the image's name, or not that."
  }

  assert {
    condition     = !contains(keys(local.image_target), "artifacts") && strcontains(output.ci_access, "gh variable set IMAGE_TARGET")
    error_message = "CI names an image that the VM refuses, or does not learn where to push."
  }
}
