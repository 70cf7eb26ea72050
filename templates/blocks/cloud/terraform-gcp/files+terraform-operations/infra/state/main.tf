# The bucket that keeps Terraform's state, made once by `uv run poe infra-bootstrap`. The state of this folder moves into
# it too, so that nothing is left on the machine that made it. Cloud Storage locks a state by itself.

terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }
}

provider "google" {
  project        = var.google_project
  region         = var.region
  default_labels = merge(var.tags, { project = local.project, managed_by = "terraform" })
}

locals {
  project = replace(var.project, "_", "-")
}

variable "project" {
  description = "Name of the project."
  type        = string
}

variable "google_project" {
  description = "Id of the project in Google Cloud; null takes the one of gcloud or of GOOGLE_PROJECT."
  type        = string
  default     = null
}

variable "region" {
  description = "Region of Google Cloud."
  type        = string
  default     = "us-central1"
}

variable "tags" {
  description = "Labels besides project and managed_by."
  type        = map(string)
  default     = {}
}

data "google_client_config" "me" {}

resource "google_storage_bucket" "state" {
  #checkov:skip=CKV_GCP_62:Access logs need a second bucket and a reader; the audit log records who changed what.
  name                        = "${data.google_client_config.me.project}-${local.project}-state"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

output "backend" {
  description = "The type of the backend and its settings, without the key; `poe infra-bootstrap` writes them into backend.tf."
  value = {
    type     = "gcs"
    settings = { bucket = google_storage_bucket.state.name }
  }
}
