# The VM: trains when it starts, brings the result to the storage, stops. `run_vm = true` makes it.

locals {
  cloud_vm_settings = {
    PROVIDER  = "azure"
    REGION    = var.region
    STORAGE   = azurerm_storage_account.artifacts.name
    CONTAINER = azurerm_storage_container.artifacts.name
    VAULT     = azurerm_key_vault.main.name
    IDENTITY  = azurerm_user_assigned_identity.vm.client_id
    TENANT    = data.azurerm_client_config.me.tenant_id
  }

  image_reference = (
    var.gpu
    ? { publisher = "microsoft-dsvm", offer = "ubuntu-hpc", sku = "2204" }
    : { publisher = "Debian", offer = "debian-12", sku = "12-gen2" }
  )
}

resource "azurerm_linux_virtual_machine" "vm" {
  #checkov:skip=CKV_AZURE_50:Run-command, the way to look inside without a port, is an extension.
  #checkov:skip=CKV_AZURE_97:The disk is encrypted anyway; `encryption_at_host` needs one registration per subscription.
  #checkov:skip=CKV_AZURE_179:Azure's agent is on by default; run-command needs it.
  count                           = var.run_vm ? 1 : 0
  name                            = local.project
  resource_group_name             = azurerm_resource_group.main.name
  location                        = azurerm_resource_group.main.location
  size                            = var.instance_type
  zone                            = var.availability_zone
  network_interface_ids           = [azurerm_network_interface.vm[0].id]
  custom_data                     = base64encode(local.vm_program)
  admin_username                  = "training"
  disable_password_authentication = true
  encryption_at_host_enabled      = var.encryption_at_host
  secure_boot_enabled             = !var.gpu # NVIDIA's drivers are not signed
  vtpm_enabled                    = !var.gpu
  priority                        = var.use_spot ? "Spot" : "Regular"
  eviction_policy                 = var.use_spot ? "Deallocate" : null
  max_bid_price                   = var.use_spot ? -1 : null
  tags                            = local.tags

  admin_ssh_key {
    username   = "training"
    public_key = var.ssh_public_key
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
    disk_size_gb         = var.disk_gb
  }

  source_image_reference {
    publisher = local.image_reference.publisher
    offer     = local.image_reference.offer
    sku       = local.image_reference.sku
    version   = "latest"
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.vm.id]
  }

  depends_on = [
    azurerm_network_security_rule.https,
    azurerm_role_assignment.vm_artifacts,
    azurerm_role_assignment.vm_images,
    azurerm_role_assignment.vm_secrets,
    azurerm_role_assignment.vm_stop,
    azurerm_subnet_network_security_group_association.main,
  ]
}
