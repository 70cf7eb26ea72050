# What has to hold for this folder, checked offline and without an account: `terraform -chdir=infra test`.
# Every run plans with the VM on, and with what it may cost on or off as the name says.

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
}

run "the_vm_is_off_until_asked_for" {
  command = plan

  variables {
    run_vm         = false
    image          = ""
    ssh_public_key = ""
  }

  assert {
    condition     = length(azurerm_linux_virtual_machine.vm) + length(azurerm_public_ip.vm) + length(azurerm_automation_account.schedule) + length(azurerm_container_registry.images) == 0
    error_message = "A VM, its address, a schedule or a registry is planned although no one asked for one."
  }

  assert {
    condition = alltrue([
      for name, off in { run_vm = "false", use_spot = "false", registry = "false", schedule = "\"\"" } :
      can(regex("variable \"${name}\" \\{[^}]*default     = ${off}\n", join("", [for file in fileset(path.module, "variables*.tf") : file("${path.module}/${file}")])))
    ])
    error_message = "Something that costs money or grants more is on by default."
  }
}

run "a_vm_without_an_image_is_refused" {
  command = plan

  variables {
    image = ""
  }

  expect_failures = [var.run_vm]
}

run "a_vm_without_a_key_is_refused" {
  command = plan

  variables {
    ssh_public_key = ""
  }

  expect_failures = [var.ssh_public_key]
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
    condition     = azurerm_network_security_rule.nothing_in.access == "Deny" && azurerm_network_security_rule.nothing_in.destination_port_range == "*" && azurerm_network_security_rule.nothing_in.source_address_prefix == "*"
    error_message = "Somebody reaches the VM."
  }

  assert {
    condition     = azurerm_network_security_rule.https.destination_port_range == "443" && azurerm_network_security_rule.nothing_else_out.access == "Deny" && azurerm_network_security_rule.nothing_else_out.priority > azurerm_network_security_rule.https.priority
    error_message = "The VM may call out by more than HTTPS."
  }

  assert {
    condition     = azurerm_linux_virtual_machine.vm[0].disable_password_authentication && azurerm_linux_virtual_machine.vm[0].secure_boot_enabled && azurerm_linux_virtual_machine.vm[0].vtpm_enabled
    error_message = "The VM takes a password, or starts what no one signed."
  }
}

run "the_storage_is_private_and_keeps_versions" {
  command = plan

  assert {
    condition     = !azurerm_storage_account.artifacts.shared_access_key_enabled && !azurerm_storage_account.artifacts.allow_nested_items_to_be_public && azurerm_storage_account.artifacts.https_traffic_only_enabled && azurerm_storage_account.artifacts.min_tls_version == "TLS1_2"
    error_message = "The storage can be read with a key, by everybody, or without encryption on the way."
  }

  assert {
    condition     = azurerm_storage_account.artifacts.blob_properties[0].versioning_enabled && azurerm_storage_account.artifacts.infrastructure_encryption_enabled
    error_message = "The storage forgets what is overwritten, or is encrypted once only."
  }

  assert {
    condition     = azurerm_key_vault.main.rbac_authorization_enabled && azurerm_key_vault.main.purge_protection_enabled
    error_message = "The key vault can be emptied, or has rights of its own."
  }
}

run "names_follow_the_rules_of_azure" {
  command = plan

  variables {
    project  = "a_name_of_thirty_letters_at_al"
    registry = true
  }

  assert {
    condition     = alltrue([for name in [azurerm_storage_account.artifacts.name, azurerm_container_registry.images[0].name] : can(regex("^[a-z0-9]{5,24}$", name))]) && can(regex("^[a-z][a-z0-9-]{2,23}$", azurerm_key_vault.main.name))
    error_message = "The storage, the registry or the key vault has a name that Azure refuses."
  }
}

run "everything_is_tagged" {
  command = plan

  variables {
    tags = { owner = "team" }
  }

  assert {
    condition = alltrue([
      for tags in [azurerm_resource_group.main.tags, azurerm_storage_account.artifacts.tags, azurerm_linux_virtual_machine.vm[0].tags, azurerm_key_vault.main.tags, azurerm_virtual_network.main.tags] :
      tags == tomap({ owner = "team", project = "test-project", managed_by = "terraform" })
    ])
    error_message = "Something does not carry the tags."
  }
}

run "the_vm_trains_the_image_and_stops_itself" {
  command = apply

  assert {
    condition     = strcontains(local.vm_program, "IMAGE='${var.image}'") && strcontains(local.vm_program, "STOP_WHEN_DONE='true'") && base64decode(azurerm_linux_virtual_machine.vm[0].custom_data) == local.vm_program
    error_message = "The VM does not learn which image to train, or that it stops afterwards."
  }

  assert {
    condition     = length(fileset(path.module, "vm.d/*")) > 1 && alltrue([for name in fileset(path.module, "vm.d/*") : strcontains(local.vm_program, file("${path.module}/${name}"))])
    error_message = "A script of vm.d/ does not reach the VM."
  }

  assert {
    condition     = length(azurerm_linux_virtual_machine.vm[0].custom_data) < 65536
    error_message = "The VM's program is above Azure's limit of 64 kB: shorten vm.d/."
  }

  assert {
    condition     = toset(azurerm_role_definition.vm_stop.permissions[0].actions) == toset(["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/deallocate/action"])
    error_message = "The VM cannot stop itself, or may do more than that."
  }
}

run "the_vm_may_write_to_its_container_only" {
  command = apply

  assert {
    condition     = azurerm_role_assignment.vm_artifacts.scope == azurerm_storage_container.artifacts.id && azurerm_role_assignment.vm_secrets.role_definition_name == "Key Vault Secrets User" && azurerm_role_assignment.vm_stop.scope == azurerm_resource_group.main.id
    error_message = "The VM may write to something else than its container, or change secrets."
  }
}

run "spot_and_schedule_are_off" {
  command = plan

  assert {
    condition     = azurerm_linux_virtual_machine.vm[0].priority == "Regular" && length(azurerm_automation_schedule.schedule) == 0
    error_message = "Spot or a schedule is on although no one asked for it."
  }
}

run "spot_and_schedule_can_be_asked_for" {
  command = apply

  variables {
    use_spot = true
    schedule = "MON,THU 03:30"
    command  = ["python", "-c", "print('a b')"]
  }

  assert {
    condition     = azurerm_linux_virtual_machine.vm[0].priority == "Spot" && azurerm_linux_virtual_machine.vm[0].eviction_policy == "Deallocate"
    error_message = "An interrupted spot VM would be deleted instead of stopped."
  }

  assert {
    condition     = toset(azurerm_automation_schedule.schedule[0].week_days) == toset(["Monday", "Thursday"]) && endswith(azurerm_automation_schedule.schedule[0].start_time, "T03:30:00Z")
    error_message = "The schedule starts the VM at another time than asked for."
  }

  assert {
    condition     = azurerm_role_assignment.schedule[0].scope == azurerm_linux_virtual_machine.vm[0].id && toset(azurerm_role_definition.start.permissions[0].actions) == toset(["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/start/action"])
    error_message = "The schedule may do more than start the VM."
  }

  assert {
    condition     = strcontains(local.vm_program, "\npython\n-c\nprint('a b')\nEND_OF_FILE\n")
    error_message = "The command does not reach the VM word by word."
  }
}

run "a_registry_can_be_asked_for" {
  command = apply

  variables {
    registry = true
  }

  assert {
    condition     = !azurerm_container_registry.images[0].admin_enabled && azurerm_role_assignment.vm_images[0].role_definition_name == "AcrPull" && output.image_repository == "mock.azurecr.io/test-project"
    error_message = "The registry has a password, the VM may write to it, or no one is informed where it is."
  }
}
