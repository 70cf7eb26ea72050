# What has to hold for the tracking server, the budget, the cost and the access for CI, checked offline and without an account.

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

# All of them, so that what you set in project.auto.tfvars changes no test.
variables {
  project            = "test_project"
  subscription_id    = "00000000-0000-0000-0000-000000000002"
  region             = "eastus"
  availability_zone  = null
  instance_type      = "Standard_D2as_v5"
  ssh_public_key     = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWTrdNYfYYkV6Jy4JXCvIKPg3vr4mbLjzq3HbCIbx0V nobody"
  registry           = false
  encryption_at_host = false
  run_vm             = true
  image              = "ghcr.io/example/test-project@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  command            = []
  disk_gb            = 60
  gpu                = false
  use_spot           = false
  schedule           = ""
  stop_when_done     = true
  delete_artifacts   = false
  bastion            = false
  tracking_server    = false
  tracking_database  = "sqlite"
  idle_minutes       = 30
  hours_per_month    = 20
  artifacts_gb       = 20
  monthly_budget     = 50
  budget_email       = ""
  github_subjects    = []
}

run "everything_but_the_idle_stop_is_off" {
  command = plan

  assert {
    condition     = length(azurerm_consumption_budget_resource_group.project) + length(azurerm_user_assigned_identity.ci) + length(azurerm_network_security_rule.postgres) + length(azurerm_bastion_host.main) == 0
    error_message = "A budget, an identity for CI, a way to a database or a Bastion is planned although no one asked for it."
  }

  assert {
    condition     = output.tracking_server == null && output.ci_access == null && strcontains(output.open_tracking, "is off")
    error_message = "An output speaks of something that is not there."
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
    condition     = strcontains(local.vm_program, "TRACKING_SERVER='true'") && strcontains(local.vm_program, "ARTIFACTS='wasbs://artifacts@") && output.tracking_server == "http://localhost:5000"
    error_message = "The VM does not learn that it runs a tracking server, or where artifacts go."
  }

  assert {
    condition     = length(azurerm_network_security_rule.bastion) == 0 && strcontains(output.open_tracking, "bastion = true")
    error_message = "A port is open, or no one is informed how to look."
  }
}

run "bastion_is_the_only_one_who_comes_in" {
  command = apply

  variables {
    tracking_server = true
    bastion         = true
    monthly_budget  = 500
  }

  assert {
    condition     = azurerm_network_security_rule.bastion[0].source_address_prefix == one(azurerm_subnet.bastion[0].address_prefixes) && azurerm_network_security_rule.bastion[0].priority < azurerm_network_security_rule.nothing_in.priority
    error_message = "Somebody else than Bastion reaches the VM, or Bastion does not."
  }

  assert {
    condition     = strcontains(output.open_tracking, "az network bastion tunnel") && strcontains(output.open_tracking, "vm/look") && azurerm_bastion_host.main[0].tunneling_enabled
    error_message = "The output does not open the server, or starts a training."
  }
}

run "postgres_can_be_reached" {
  command = plan

  variables {
    tracking_server   = true
    tracking_database = "postgres"
  }

  assert {
    condition     = azurerm_network_security_rule.postgres[0].destination_port_range == "5432" && azurerm_network_security_rule.postgres[0].direction == "Outbound"
    error_message = "The VM cannot reach its database."
  }
}

run "ci_comes_in_by_its_immutable_subject" {
  command = apply

  variables {
    github_subjects = ["repo:octo@583231/churn@1296269:environment:infra"]
  }

  assert {
    condition     = one(values(azurerm_federated_identity_credential.ci)).subject == "repo:octo@583231/churn@1296269:environment:infra" && one(values(azurerm_federated_identity_credential.ci)).issuer == "https://token.actions.githubusercontent.com"
    error_message = "The identity can be used by another repository or another branch."
  }

  assert {
    condition     = azurerm_role_assignment.ci_start[0].scope == azurerm_linux_virtual_machine.vm[0].id && azurerm_role_assignment.ci_artifacts[0].role_definition_name == "Storage Blob Data Reader" && !strcontains(azurerm_role_assignment.ci_artifacts[0].condition, "vm/")
    error_message = "CI may do more than start the VM and read results and data."
  }

  assert {
    condition     = strcontains(output.ci_access, "gh variable set AZURE_CLIENT_ID")
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

run "the_budget_writes_before_and_after" {
  command = plan

  variables {
    budget_email = "team@example.com"
  }

  assert {
    condition     = toset([for one in azurerm_consumption_budget_resource_group.project[0].notification : "${one.threshold_type} ${one.threshold}"]) == toset(["Forecasted 80", "Actual 100"]) && azurerm_consumption_budget_resource_group.project[0].amount == 50
    error_message = "No one is informed before the money is gone."
  }

  assert {
    condition     = can(regex("^20[0-9]{2}-[0-9]{2}-01T00:00:00Z$", one(azurerm_consumption_budget_resource_group.project[0].time_period).start_date))
    error_message = "The budget starts on another day than the first of a month, which Azure refuses."
  }
}

run "the_cost_of_a_month_is_shown" {
  command = plan

  assert {
    condition     = output.monthly_cost["VM, 20 hours"] == "$1.72" && output.monthly_cost["VM's disk, also while it is stopped"] == "$4.50" && startswith(output.monthly_cost["a month"], "about $10.29 (list prices")
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
