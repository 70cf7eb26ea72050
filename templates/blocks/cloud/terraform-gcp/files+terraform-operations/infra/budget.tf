# Tells somebody before the money is gone. Counts what carries the project's label. Budgets belong to the account that pays.

variable "billing_account" {
  description = "Id of the billing account, such as 012345-6789AB-CDEF01 (`gcloud billing accounts list`); needed for a budget."
  type        = string
  default     = ""

  validation {
    condition     = var.budget_email == "" || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "\"budget_email\" needs \"billing_account\", such as 012345-6789AB-CDEF01: `gcloud billing accounts list` shows yours."
  }
}

resource "google_project_service" "budget" {
  for_each           = toset(var.budget_email == "" ? [] : ["billingbudgets", "monitoring"])
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

resource "google_monitoring_notification_channel" "budget" {
  count        = var.budget_email == "" ? 0 : 1
  display_name = "Budget of ${local.project}"
  type         = "email"
  labels       = { email_address = var.budget_email }

  depends_on = [google_project_service.budget]
}

resource "google_billing_budget" "project" {
  count           = var.budget_email == "" ? 0 : 1
  billing_account = var.billing_account
  display_name    = local.project

  budget_filter {
    projects = ["projects/${data.google_project.here.number}"]
    labels   = { project = local.project }
  }

  amount {
    specified_amount {
      units = tostring(ceil(var.monthly_budget))
    }
  }

  threshold_rules {
    threshold_percent = 0.8
    spend_basis       = "FORECASTED_SPEND"
  }

  threshold_rules {
    threshold_percent = 1
    spend_basis       = "CURRENT_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [google_monitoring_notification_channel.budget[0].id]
    disable_default_iam_recipients   = true
  }
}
