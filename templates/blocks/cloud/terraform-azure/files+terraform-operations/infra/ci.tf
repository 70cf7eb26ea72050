# GitHub's workflows come in without a key: their token is exchanged for an hour of this identity, which may start the VM,
# push an image and read results and data, and nothing else. Off until github_subjects names who may. Azure matches the whole subject,
# which carries the ids of owner and repository.

locals {
  ci = length(var.github_subjects) > 0 ? 1 : 0

  # What `poe image-push` has to know. Where the VM's pipeline runs images of this repository, the bucket says which (pipeline_override.tf).
  pipeline_runs_image = false
  image_target = merge(
    { repository = coalesce(local.image_name, "none"), client = one(azurerm_user_assigned_identity.ci[*].client_id), tenant = data.azurerm_client_config.me.tenant_id },
    { for place in ["https://${azurerm_storage_account.artifacts.name}.blob.core.windows.net/${azurerm_storage_container.artifacts.name}"] : "artifacts" => place if local.pipeline_runs_image && startswith(var.image, coalesce(local.image_name, "none")) },
  )
  image_access = var.registry ? "gh variable set IMAGE_TARGET --env infra --body '${jsonencode(local.image_target)}'" : "# registry = true in project.auto.tfvars makes a registry for IMAGE_TARGET"
}

resource "azurerm_user_assigned_identity" "ci" {
  count               = local.ci
  name                = "${local.project}-ci"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = local.tags
}

resource "azurerm_federated_identity_credential" "ci" {
  for_each            = toset(var.github_subjects)
  name                = "github-${substr(sha256(each.key), 0, 8)}"
  resource_group_name = azurerm_resource_group.main.name
  parent_id           = azurerm_user_assigned_identity.ci[0].id
  audience            = ["api://AzureADTokenExchange"]
  issuer              = "https://token.actions.githubusercontent.com"
  subject             = each.key
}

resource "azurerm_role_assignment" "ci_start" {
  count              = var.run_vm ? local.ci : 0
  scope              = azurerm_linux_virtual_machine.vm[0].id
  role_definition_id = azurerm_role_definition.start.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.ci[0].principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "ci_images" {
  count                = var.registry ? local.ci : 0
  scope                = azurerm_container_registry.images[0].id
  role_definition_name = "AcrPush"
  principal_id         = azurerm_user_assigned_identity.ci[0].principal_id
  principal_type       = "ServicePrincipal"
}

# Not vm/, where the tracking server's password lies.
resource "azurerm_role_assignment" "ci_artifacts" {
  count                = local.ci
  scope                = azurerm_storage_container.artifacts.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.ci[0].principal_id
  principal_type       = "ServicePrincipal"
  condition_version    = "2.0"
  condition            = <<-END
    (
      !(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'} AND NOT SubOperationMatches{'Blob.List'})
      OR @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike 'runs/*'
      OR @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike 'dvc/*'
    )
  END
}

output "ci_access" {
  description = "Tells the repository's workflows where they may go; null while github_subjects is empty."
  value       = local.ci == 0 ? null : <<-END
    gh variable set AZURE_CLIENT_ID --env infra --body ${azurerm_user_assigned_identity.ci[0].client_id}
    gh variable set AZURE_TENANT_ID --env infra --body ${data.azurerm_client_config.me.tenant_id}
    gh variable set AZURE_SUBSCRIPTION_ID --env infra --body ${data.azurerm_client_config.me.subscription_id}
    gh variable set TRAINING_VM --env infra --body "${local.vm_id == null ? "the VM is off" : local.vm_place}"
    ${local.image_access}
  END
}
