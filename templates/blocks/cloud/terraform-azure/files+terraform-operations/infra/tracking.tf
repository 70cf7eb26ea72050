# The tracking server on the VM: how people reach it, and its database.

locals {
  artifacts                 = "wasbs://${azurerm_storage_container.artifacts.name}@${azurerm_storage_account.artifacts.name}.blob.core.windows.net"
  tracking_storage_packages = "azure-storage-blob==12.26.0 azure-identity==1.25.1"
  tracking_system_packages  = "python3.11 python3.11-venv"
  bastion                   = var.bastion ? 1 : 0
}

variable "bastion" {
  description = "Whether a Bastion forwards ports of the VM to you ($0.29 an hour, also while no one uses it): the only way to open the tracking server without an open port. Set it for the time you need it."
  type        = bool
  default     = false
}

resource "azurerm_network_security_rule" "postgres" {
  count                       = var.tracking_server && var.tracking_database == "postgres" ? 1 : 0
  name                        = "postgres"
  description                 = "The tracking server's database; its address is the secret tracking-database, which you write"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.vm.name
  priority                    = 1010
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "5432"
}

resource "azurerm_subnet" "bastion" {
  #checkov:skip=CKV2_AZURE_31:Bastion brings its own rules and refuses others.
  count                = local.bastion
  name                 = "AzureBastionSubnet"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.0.0.64/26"]
}

resource "azurerm_public_ip" "bastion" {
  count               = local.bastion
  name                = "${local.project}-bastion"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags
}

resource "azurerm_bastion_host" "main" {
  count               = local.bastion
  name                = local.project
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  sku                 = "Standard"
  tunneling_enabled   = true
  copy_paste_enabled  = false
  tags                = local.tags

  ip_configuration {
    name                 = "main"
    subnet_id            = azurerm_subnet.bastion[0].id
    public_ip_address_id = azurerm_public_ip.bastion[0].id
  }
}

# Only Bastion's own subnet, and only these two ports.
resource "azurerm_network_security_rule" "bastion" {
  count                       = local.bastion
  name                        = "bastion"
  description                 = "From Bastion, which asks people who they are"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.vm.name
  priority                    = 1020
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "10.0.0.64/26"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_ranges     = ["22", "5000"]
}

output "tracking_server" {
  description = "Where the tracking server answers while open_tracking runs; null while it is off."
  value       = var.tracking_server && var.run_vm ? "http://localhost:5000" : null
}

output "open_tracking" {
  description = "Starts the VM without a training, prints the password of admin, forwards the server's port to this machine."
  value = (
    !(var.tracking_server && var.run_vm) ? "the tracking server is off: set tracking_server and run_vm in project.auto.tfvars, then infra-apply" :
    !var.bastion ? "the VM has no open port: set bastion = true in project.auto.tfvars for as long as you look ($0.29 an hour), then infra-apply" : <<-END
    az storage blob upload ${local.blobs} --overwrite --container-name ${azurerm_storage_container.artifacts.name} --name vm/look --file infra/project.auto.tfvars
    az vm start ${local.vm_place}
    az storage blob download ${local.blobs} --container-name ${azurerm_storage_container.artifacts.name} --name vm/tracking/password --file /dev/stdout --output none
    az network bastion tunnel ${local.vm_place} --target-resource-id ${azurerm_linux_virtual_machine.vm[0].id} --resource-port 5000 --port 5000
  END
  )
}
