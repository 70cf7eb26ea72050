# What a person needs next, each with the command that uses it. The names are the same on every cloud.

locals {
  vm_id      = one(azurerm_linux_virtual_machine.vm[*].name)
  vm_place   = "--resource-group ${azurerm_resource_group.main.name} --name ${local.project}"
  blobs      = "--account-name ${azurerm_storage_account.artifacts.name} --auth-mode login"
  image_name = one([for one in azurerm_container_registry.images : "${one.login_server}/${local.project}"])
  off        = "the VM is off: set run_vm, image and ssh_public_key in project.auto.tfvars, then infra-apply"
}

output "artifacts" {
  description = "Storage for data, models and reports; runs/<time>/ holds what a training on the VM made."
  value       = "https://${azurerm_storage_account.artifacts.name}.blob.core.windows.net/${azurerm_storage_container.artifacts.name}"
}

output "data_remote" {
  description = "Where DVC keeps the data: `uvx --from dvc[azure] dvc remote add --default storage <this>`."
  value       = "azure://${azurerm_storage_container.artifacts.name}/dvc"
}

output "data_remote_settings" {
  description = "What DVC needs to know besides: `dvc remote modify storage <key> <value>`."
  value       = { account_name = azurerm_storage_account.artifacts.name }
}

output "image_repository" {
  description = "Where the VM's image is pushed to; null without a registry."
  value       = local.image_name
}

output "vm" {
  description = "The VM, null while it is off."
  value       = local.vm_id
}

output "push_image" {
  description = "Brings the image that `uv run poe image` built to Azure."
  value       = local.image_name == null ? "there is no registry: set registry = true in project.auto.tfvars, then infra-apply" : <<-END
    az acr login --name ${one(azurerm_container_registry.images[*].name)}
    docker tag ${local.project} ${local.image_name}:v1
    docker push ${local.image_name}:v1
  END
}

output "connect" {
  description = "Runs a command on the VM, here: shows what the training prints; no port is open."
  value       = local.vm_id == null ? local.off : "az vm run-command invoke ${local.vm_place} --command-id RunShellScript --query value[0].message --output tsv --scripts 'journalctl --unit training --lines 50'"
}

output "start_training" {
  description = "Starts the stopped VM: it trains and stops again."
  value       = local.vm_id == null ? local.off : "az vm start --no-wait ${local.vm_place}"
}

output "results" {
  description = "Brings what the trainings made here."
  value       = "az storage blob download-batch ${local.blobs} --source ${azurerm_storage_container.artifacts.name} --pattern 'runs/*' --destination ."
}
