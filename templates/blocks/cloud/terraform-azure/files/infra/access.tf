# What the VM may do: read its image and its secret, write to its storage, stop itself. And you: read and write what it makes.

resource "azurerm_user_assigned_identity" "vm" {
  name                = "${local.project}-vm"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = local.tags
}

resource "azurerm_role_assignment" "vm_artifacts" {
  scope                = azurerm_storage_container.artifacts.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.vm.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "vm_images" {
  count                = var.registry ? 1 : 0
  scope                = azurerm_container_registry.images[0].id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.vm.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "vm_secrets" {
  scope                = azurerm_key_vault.main.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.vm.principal_id
  principal_type       = "ServicePrincipal"
}

# A VM that only shuts down is still paid for on Azure: it has to be deallocated, from outside or by itself.
resource "azurerm_role_definition" "vm_stop" {
  name        = "${local.project}-${local.unique}-stop"
  scope       = azurerm_resource_group.main.id
  description = "Stop a VM so that it costs no more than its disk"

  permissions {
    actions = ["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/deallocate/action"]
  }

  assignable_scopes = [azurerm_resource_group.main.id]
}

resource "azurerm_role_assignment" "vm_stop" {
  scope              = azurerm_resource_group.main.id
  role_definition_id = azurerm_role_definition.vm_stop.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.vm.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "me_artifacts" {
  scope                = azurerm_storage_account.artifacts.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = data.azurerm_client_config.me.object_id
}

resource "azurerm_role_assignment" "me_secrets" {
  scope                = azurerm_key_vault.main.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = data.azurerm_client_config.me.object_id
}

# The secret `env` holds lines NAME=value that become environment variables of the training; you write it.
resource "azurerm_key_vault" "main" {
  #checkov:skip=CKV_AZURE_109:The VM comes by its public address, which changes; each reader has to say who they are.
  #checkov:skip=CKV_AZURE_189:People write secrets from anywhere; each has to say who they are.
  #checkov:skip=CKV2_AZURE_32:A private endpoint costs $7 a month, and shuts people out.
  name                       = "${local.short}-${local.unique}"
  resource_group_name        = azurerm_resource_group.main.name
  location                   = azurerm_resource_group.main.location
  tenant_id                  = data.azurerm_client_config.me.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 7
  tags                       = local.tags
}
