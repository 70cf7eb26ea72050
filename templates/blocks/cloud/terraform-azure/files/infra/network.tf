# A network of its own with one way out, which exists while the VM does: its address costs money.

resource "azurerm_virtual_network" "main" {
  name                = local.project
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  address_space       = ["10.0.0.0/24"]
  tags                = local.tags
}

resource "azurerm_subnet" "main" {
  name                            = "vm"
  resource_group_name             = azurerm_resource_group.main.name
  virtual_network_name            = azurerm_virtual_network.main.name
  address_prefixes                = ["10.0.0.0/26"]
  service_endpoints               = ["Microsoft.Storage"] # the way to the storage stays inside Azure
  default_outbound_access_enabled = false
}

# No one comes in; Azure's own agent calls out for what users ask of the VM.
resource "azurerm_network_security_group" "vm" {
  name                = "${local.project}-vm"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "nothing_in" {
  name                        = "nothing-in"
  description                 = "Also nothing from the same network, which Azure lets in otherwise"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.vm.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_network_security_rule" "https" {
  name                        = "https"
  description                 = "HTTPS to Azure, to the image registry and to a tracker"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.vm.name
  priority                    = 1000
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "443"
}

resource "azurerm_network_security_rule" "nothing_else_out" {
  name                        = "nothing-else-out"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.vm.name
  priority                    = 4096
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_subnet_network_security_group_association" "main" {
  subnet_id                 = azurerm_subnet.main.id
  network_security_group_id = azurerm_network_security_group.vm.id
}

resource "azurerm_public_ip" "vm" {
  count               = var.run_vm ? 1 : 0
  name                = "${local.project}-out"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = var.availability_zone == null ? null : [var.availability_zone]
  tags                = local.tags
}

resource "azurerm_network_interface" "vm" {
  #checkov:skip=CKV_AZURE_119:A public address without one open port is how the VM calls out; a NAT gateway costs $32 a month and more.
  count               = var.run_vm ? 1 : 0
  name                = local.project
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = local.tags

  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.main.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.vm[0].id
  }
}
