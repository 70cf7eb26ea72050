# The storage that keeps Terraform's state, made once by `uv run poe infra-bootstrap`. The state of this folder moves into
# it too, so that nothing is left on the machine that made it. Azure locks a state by itself (a lease of the blob).

terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55, < 5.0"
    }
  }
}

provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true

  features {}
}

locals {
  project = replace(var.project, "_", "-")
  tags    = merge(var.tags, { project = local.project, managed_by = "terraform" })
  unique  = substr(sha256("${data.azurerm_client_config.me.subscription_id}/${local.project}/state"), 0, 8)
}

variable "project" {
  description = "Name of the project."
  type        = string
}

variable "subscription_id" {
  description = "Id of the subscription; null takes ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "region" {
  description = "Region of Azure."
  type        = string
  default     = "eastus"
}

variable "tags" {
  description = "Tags besides project and managed_by."
  type        = map(string)
  default     = {}
}

data "azurerm_client_config" "me" {}

resource "azurerm_resource_group" "state" {
  name     = "${local.project}-state"
  location = var.region
  tags     = local.tags
}

resource "azurerm_storage_account" "state" {
  #checkov:skip=CKV_AZURE_33:There are no queues.
  #checkov:skip=CKV_AZURE_35:People apply from anywhere; each has to say who they are, and no key opens it.
  #checkov:skip=CKV_AZURE_59:People apply from anywhere; nothing can be read without saying who one is.
  #checkov:skip=CKV_AZURE_206:Versions keep every former state; a second region is for those who need one.
  #checkov:skip=CKV2_AZURE_1:Azure's own key encrypts it; a key of your own costs money and is one more block here.
  #checkov:skip=CKV2_AZURE_33:A private endpoint costs $7 a month, and shuts people out.
  name                              = "${substr(replace(local.project, "-", ""), 0, 11)}state${local.unique}"
  resource_group_name               = azurerm_resource_group.state.name
  location                          = azurerm_resource_group.state.location
  account_tier                      = "Standard"
  account_replication_type          = "LRS"
  https_traffic_only_enabled        = true
  min_tls_version                   = "TLS1_2"
  shared_access_key_enabled         = false
  local_user_enabled                = false
  default_to_oauth_authentication   = true
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  tags                              = local.tags

  sas_policy {
    expiration_period = "01.00:00:00"
  }

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "state" {
  #checkov:skip=CKV2_AZURE_21:Read requests are not logged; the activity log records who changed what.
  name                  = "state"
  storage_account_id    = azurerm_storage_account.state.id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "me" {
  scope                = azurerm_storage_account.state.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = data.azurerm_client_config.me.object_id
}

output "backend" {
  description = "The type of the backend and its settings, without the key; `poe infra-bootstrap` writes them into backend.tf."
  value = {
    type = "azurerm"
    settings = {
      resource_group_name  = azurerm_resource_group.state.name
      storage_account_name = azurerm_storage_account.state.name
      container_name       = azurerm_storage_container.state.name
      use_azuread_auth     = true
    }
  }
}
