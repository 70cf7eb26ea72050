# One VM that trains a container image and stops itself, storage for what it makes, and nothing that listens.
# The VM's program is in program.tf. Neighbours may also be: another line of the secret `env` in the key vault (becomes an
# environment variable of the training), another role for the VM's identity.

locals {
  tags   = merge(var.tags, { project = local.project, managed_by = "terraform" })
  unique = substr(sha256("${data.azurerm_client_config.me.subscription_id}/${local.project}"), 0, 8) # for names that are unique in the world
  short  = substr(replace(local.project, "-", ""), 0, 12)
}

data "azurerm_client_config" "me" {}

resource "azurerm_resource_group" "main" {
  name     = local.project
  location = var.region
  tags     = local.tags
}
