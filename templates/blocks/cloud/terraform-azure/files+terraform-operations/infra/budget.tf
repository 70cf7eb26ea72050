# Tells somebody before the money is gone. Counts everything in the project's resource group.

resource "azurerm_consumption_budget_resource_group" "project" {
  count             = var.budget_email == "" ? 0 : 1
  name              = local.project
  resource_group_id = azurerm_resource_group.main.id
  amount            = var.monthly_budget
  time_grain        = "Monthly"

  time_period {
    start_date = formatdate("YYYY-MM-01'T'00:00:00'Z'", plantimestamp())
  }

  notification {
    operator       = "GreaterThan"
    threshold      = 80
    threshold_type = "Forecasted"
    contact_emails = [var.budget_email]
  }

  notification {
    operator       = "GreaterThan"
    threshold      = 100
    threshold_type = "Actual"
    contact_emails = [var.budget_email]
  }

  lifecycle {
    ignore_changes = [time_period] # the month in which it was made
  }
}
