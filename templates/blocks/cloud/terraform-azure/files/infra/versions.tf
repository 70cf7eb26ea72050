terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.55, < 5.0"
    }
  }
}

# Without `subscription_id`, the one of ARM_SUBSCRIPTION_ID.
provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true # the storage account takes no keys

  features {
    resource_group {
      prevent_deletion_if_contains_resources = !var.delete_artifacts
    }
  }
}
