# `schedule` starts the stopped VM, which trains and stops itself again. Azure's own schedules only stop VMs, so a small
# program of an automation account starts it (500 minutes a month are free; a start takes one).

locals {
  day_names = { MON = "Monday", TUE = "Tuesday", WED = "Wednesday", THU = "Thursday", FRI = "Friday", SAT = "Saturday", SUN = "Sunday" }
}

resource "azurerm_automation_account" "schedule" {
  #checkov:skip=CKV2_AZURE_24:Azure's own scheduler runs it; who changes it has to say who they are.
  count                        = local.scheduled ? 1 : 0
  name                         = "${local.project}-schedule"
  resource_group_name          = azurerm_resource_group.main.name
  location                     = azurerm_resource_group.main.location
  sku_name                     = "Basic"
  local_authentication_enabled = false
  tags                         = local.tags

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_role_definition" "start" {
  name        = "${local.project}-${local.unique}-start"
  scope       = azurerm_resource_group.main.id
  description = "Start a VM"

  permissions {
    actions = ["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/start/action"]
  }

  assignable_scopes = [azurerm_resource_group.main.id]
}

resource "azurerm_role_assignment" "schedule" {
  count              = local.scheduled ? 1 : 0
  scope              = azurerm_linux_virtual_machine.vm[0].id
  role_definition_id = azurerm_role_definition.start.role_definition_resource_id
  principal_id       = azurerm_automation_account.schedule[0].identity[0].principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_automation_runbook" "schedule" {
  count                   = local.scheduled ? 1 : 0
  name                    = "start-training"
  resource_group_name     = azurerm_resource_group.main.name
  location                = azurerm_resource_group.main.location
  automation_account_name = azurerm_automation_account.schedule[0].name
  runbook_type            = "PowerShell72"
  log_progress            = false
  log_verbose             = false
  tags                    = local.tags

  content = <<-END
    Connect-AzAccount -Identity | Out-Null
    Start-AzVM -ResourceGroupName ${azurerm_resource_group.main.name} -Name ${azurerm_linux_virtual_machine.vm[0].name} -NoWait
  END
}

resource "terraform_data" "schedule" {
  input = join(" ", [join(",", local.scheduled_days), local.scheduled_time])
}

resource "azurerm_automation_schedule" "schedule" {
  count                   = local.scheduled ? 1 : 0
  name                    = "start-training"
  resource_group_name     = azurerm_resource_group.main.name
  automation_account_name = azurerm_automation_account.schedule[0].name
  frequency               = "Week"
  interval                = 1
  timezone                = "Etc/UTC"
  week_days               = [for day in local.scheduled_days : local.day_names[day]]
  start_time              = "${formatdate("YYYY-MM-DD", timeadd(plantimestamp(), "24h"))}T${local.scheduled_time}:00Z"

  lifecycle {
    ignore_changes       = [start_time] # a first time in the future, at the right hour
    replace_triggered_by = [terraform_data.schedule]
  }
}

resource "azurerm_automation_job_schedule" "schedule" {
  count                   = local.scheduled ? 1 : 0
  resource_group_name     = azurerm_resource_group.main.name
  automation_account_name = azurerm_automation_account.schedule[0].name
  runbook_name            = azurerm_automation_runbook.schedule[0].name
  schedule_name           = azurerm_automation_schedule.schedule[0].name
}
