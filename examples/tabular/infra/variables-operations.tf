# Settings of the tracking server, the idle stop, the budget and the access for CI. Everything is off until asked for.

variable "tracking_server" {
  description = "Whether an MLflow server runs on the VM while the VM runs; trainings log to it, artifacts go to the bucket."
  type        = bool
  default     = false
}

variable "tracking_database" {
  description = "Where the server keeps runs: \"sqlite\" (a file on the VM, copied to the bucket), or \"postgres\" (an address that you put into the cloud's store; docs/infra.md says how)."
  type        = string
  default     = "sqlite"

  validation {
    condition     = contains(["sqlite", "postgres"], var.tracking_database)
    error_message = "\"tracking_database\" must be \"sqlite\" or \"postgres\"."
  }
}

variable "idle_minutes" {
  description = "The VM stops after so many minutes in which nothing trained, no one was logged in and no one used the tracking server; 0: never."
  type        = number
  default     = 30

  validation {
    condition     = var.idle_minutes == 0 || var.idle_minutes >= 5
    error_message = "\"idle_minutes\" must be 0, or at least 5 so that there is time to connect."
  }
}

variable "hours_per_month" {
  description = "Hours a month that the VM is expected to run, for the output monthly_cost."
  type        = number
  default     = 20
}

variable "artifacts_gb" {
  description = "Gigabytes that data, models and images are expected to fill, for the output monthly_cost."
  type        = number
  default     = 20
}

variable "monthly_budget" {
  description = "Dollars a month; at 80 % forecast and at 100 % spent, budget_email is informed. Money is not cut off."
  type        = number
  default     = 50

  validation {
    condition     = var.monthly_budget > 0
    error_message = "\"monthly_budget\" must be above 0."
  }
}

variable "budget_email" {
  description = "Who is informed about the budget; empty: there is no budget."
  type        = string
  default     = ""

  validation {
    condition     = var.budget_email == "" || can(regex("^[^@ ]+@[^@ ]+$", var.budget_email))
    error_message = "\"budget_email\" must be one address, or empty."
  }
}

# Repositories made since 15 July 2026 have subjects that carry the ids and never change with a name:
# repo:OWNER@OWNER_ID/REPO@REPO_ID:environment:NAME. A policy for repo:OWNER/REPO:… never matches them.
variable "github_subjects" {
  description = "Subjects of GitHub's tokens that may start a training, such as \"repo:octo@583231/churn@1296269:environment:infra\"; empty: CI has no access. docs/infra.md says how to get yours."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for subject in var.github_subjects : can(regex("^repo:[^:*/@]+@[0-9]+/[^:*/@]+@[0-9]+:(environment:[^:*]+|ref:refs/(heads|tags)/[^:*]+)$", subject))])
    error_message = "Every one of \"github_subjects\" must look like repo:OWNER@OWNER_ID/REPO@REPO_ID:environment:NAME, without wildcards."
  }
}

locals {
  # The ids in the subjects: a second condition beside the subject itself.
  github_repository_ids = distinct([for subject in var.github_subjects : regex("/[^@]+@([0-9]+):", subject)[0]])
}
