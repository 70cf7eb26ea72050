# The alarms on the pipeline of the VM: one for a run that failed or is overdue, one for a VM that reports nothing. The VM
# writes blobs, which it may anyway; the storage's log notes each write, and the alarms read this log.

locals {
  pipeline_costs = { "Pipeline's log and two alerts" = 3.00 } # $1.50 an alert that is evaluated each hour: https://azure.microsoft.com/pricing/details/monitor/

  pipeline_writes = "StorageBlobLogs | where OperationName == 'PutBlob' and StatusCode == 201 and Uri has '/vm/signals/Failed-'"
}

resource "azurerm_log_analytics_workspace" "pipeline" {
  count                        = local.pipeline_on ? 1 : 0
  name                         = "${local.project}-pipeline"
  resource_group_name          = azurerm_resource_group.main.name
  location                     = azurerm_resource_group.main.location
  sku                          = "PerGB2018"
  retention_in_days            = 30
  daily_quota_gb               = 0.1
  local_authentication_enabled = false
  tags                         = local.tags
}

resource "azurerm_monitor_diagnostic_setting" "pipeline" {
  count                      = local.pipeline_on ? 1 : 0
  name                       = "pipeline"
  target_resource_id         = "${azurerm_storage_account.artifacts.id}/blobServices/default"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.pipeline[0].id

  enabled_log {
    category = "StorageWrite"
  }
}

# CI says which image the VM runs. The VM refuses one of another repository than that of `image`.
resource "azurerm_role_assignment" "ci_pipeline_image" {
  count                = local.pipeline_on ? local.ci : 0
  scope                = azurerm_storage_container.artifacts.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.ci[0].principal_id
  principal_type       = "ServicePrincipal"
  condition_version    = "2.0"
  condition            = <<-END
    (
      !(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'}
        OR ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'}
        OR ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'}
        OR ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'}
        OR ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags/write'})
      OR @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringEquals 'vm/pipeline/image'
    )
  END
}

resource "azurerm_monitor_action_group" "pipeline" {
  count               = local.pipeline_on ? 1 : 0
  name                = "${local.project}-pipeline"
  resource_group_name = azurerm_resource_group.main.name
  short_name          = "pipeline"
  tags                = local.tags

  email_receiver {
    name                    = "pipeline"
    email_address           = var.pipeline_email
    use_common_alert_schema = true
  }
}

# Evaluated every hour over two days: the newest report says that a run failed, or there is no report. Both close by themselves.
resource "azurerm_monitor_scheduled_query_rules_alert_v2" "pipeline" {
  for_each = local.pipeline_on ? {
    failed  = { text = "The last run of the pipeline failed, or none has succeeded in time", query = "${local.pipeline_writes} | summarize arg_max(TimeGenerated, Uri) | where Uri has 'Failed-1'", operator = "GreaterThan", threshold = 0 }
    missing = { text = "The VM of the pipeline has reported nothing for two days", query = local.pipeline_writes, operator = "LessThan", threshold = 1 }
  } : {}

  name                             = "${local.project}-pipeline-${each.key}"
  resource_group_name              = azurerm_resource_group.main.name
  location                         = azurerm_resource_group.main.location
  display_name                     = "${local.project}: ${each.value.text}"
  description                      = "See runs/<time>/pipeline.log in ${azurerm_storage_account.artifacts.name}."
  scopes                           = [azurerm_log_analytics_workspace.pipeline[0].id]
  severity                         = 2
  evaluation_frequency             = "PT1H"
  window_duration                  = "P2D"
  auto_mitigation_enabled          = true
  skip_query_validation            = true # the log has no table before the first write
  workspace_alerts_storage_enabled = false
  tags                             = local.tags

  criteria {
    query                   = each.value.query
    time_aggregation_method = "Count"
    operator                = each.value.operator
    threshold               = each.value.threshold
  }

  action {
    action_groups = [azurerm_monitor_action_group.pipeline[0].id]
  }

  depends_on = [azurerm_monitor_diagnostic_setting.pipeline]
}
