# Checked by `uv run poe infra-bootstrap` before it makes anything.

mock_provider "azurerm" {
  mock_data "azurerm_client_config" {
    defaults = {
      object_id       = "00000000-0000-0000-0000-000000000001"
      subscription_id = "00000000-0000-0000-0000-000000000002"
      tenant_id       = "00000000-0000-0000-0000-000000000003"
    }
  }
}

variables {
  project         = "test_project"
  subscription_id = "00000000-0000-0000-0000-000000000002"
}

run "the_state_is_private_and_cannot_be_deleted" {
  command = plan

  assert {
    condition     = output.backend.type == "azurerm" && output.backend.settings.use_azuread_auth && output.backend.settings.container_name == "state"
    error_message = "The state lies somewhere else, or is opened by a key."
  }

  assert {
    condition     = azurerm_storage_account.state.blob_properties[0].versioning_enabled && !azurerm_storage_account.state.shared_access_key_enabled && !azurerm_storage_account.state.allow_nested_items_to_be_public
    error_message = "A former state is lost, or the storage can be made public."
  }

  assert {
    condition     = length(azurerm_storage_account.state.name) <= 24 && can(regex("^[a-z0-9]+$", azurerm_storage_account.state.name))
    error_message = "The storage has a name that Azure refuses."
  }

  assert {
    condition     = strcontains(file("${path.module}/main.tf"), "prevent_destroy = true")
    error_message = "The state can be deleted by mistake."
  }
}
