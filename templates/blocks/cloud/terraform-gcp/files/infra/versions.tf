terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8.0"
    }
  }
}

# Without `google_project`, the project of your gcloud configuration or of GOOGLE_PROJECT.
provider "google" {
  project        = var.google_project
  region         = var.region
  default_labels = merge(var.tags, { project = local.project, managed_by = "terraform" })
}
