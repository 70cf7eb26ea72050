# What trainings make, and the images they run.

resource "google_storage_bucket" "artifacts" {
  #checkov:skip=CKV_GCP_62:Access logs need a second bucket and a reader; the audit log records who changed what.
  name                        = "${local.google_project}-${local.project}"
  location                    = var.region
  force_destroy               = var.delete_artifacts
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      days_since_noncurrent_time = 90
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 7
    }
  }

  depends_on = [google_project_service.needed]
}

resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84:Google's own key encrypts it; a key of your own costs money and is one more line here.
  repository_id = local.project
  location      = var.region
  format        = "DOCKER"
  description   = "Images that the VM of ${local.project} trains"

  docker_config {
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-the-last-ten"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }

  cleanup_policies {
    id     = "forget-the-rest"
    action = "DELETE"

    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.needed]
}
