# What trainings make, and the images they run.

resource "azurerm_storage_account" "artifacts" {
  #checkov:skip=CKV_AZURE_33:There are no queues.
  #checkov:skip=CKV_AZURE_35:People and workflows bring data from anywhere; each has to say who they are, and no key opens it.
  #checkov:skip=CKV_AZURE_43:The name is put together; infra/tests/ holds it to Azure's rules.
  #checkov:skip=CKV_AZURE_59:People and workflows bring data from anywhere; nothing can be read without saying who one is.
  #checkov:skip=CKV_AZURE_206:A second region doubles the cost of results that one command makes again.
  #checkov:skip=CKV2_AZURE_1:Azure's own key encrypts it; a key of your own costs money and is one more block here.
  #checkov:skip=CKV2_AZURE_21:Read requests are not logged; the activity log records who changed what.
  #checkov:skip=CKV2_AZURE_33:A private endpoint costs $7 a month, and shuts out people and workflows.
  name                              = "${local.short}${local.unique}"
  resource_group_name               = azurerm_resource_group.main.name
  location                          = azurerm_resource_group.main.location
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
}

resource "azurerm_storage_container" "artifacts" {
  #checkov:skip=CKV2_AZURE_21:Read requests are not logged; the activity log records who changed what.
  name                  = "artifacts"
  storage_account_id    = azurerm_storage_account.artifacts.id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "artifacts" {
  storage_account_id = azurerm_storage_account.artifacts.id

  rule {
    name    = "forget-what-was-replaced"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      version {
        delete_after_days_since_creation = 90
      }
    }
  }
}

resource "azurerm_container_registry" "images" {
  #checkov:skip=CKV_AZURE_139:People push from anywhere; each has to say who they are.
  #checkov:skip=CKV_AZURE_163:Scanning is Defender's, which is bought for a whole subscription.
  #checkov:skip=CKV_AZURE_164:Only the dearest tier knows signed images; the VM names its image by digest.
  #checkov:skip=CKV_AZURE_165:A second region is for the dearest tier.
  #checkov:skip=CKV_AZURE_166:Quarantine is for the dearest tier.
  #checkov:skip=CKV_AZURE_167:Retention is for the dearest tier.
  #checkov:skip=CKV_AZURE_233:Zones are for the dearest tier.
  #checkov:skip=CKV_AZURE_237:Dedicated endpoints are for the dearest tier.
  count                  = var.registry ? 1 : 0
  name                   = "${local.short}${local.unique}"
  resource_group_name    = azurerm_resource_group.main.name
  location               = azurerm_resource_group.main.location
  sku                    = "Basic"
  admin_enabled          = false
  anonymous_pull_enabled = false
  tags                   = local.tags
}
