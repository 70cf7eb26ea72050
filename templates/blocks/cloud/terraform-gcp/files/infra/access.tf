# What the VM may do: read its image and its secret, write to its bucket.

resource "google_service_account" "vm" {
  account_id   = "${local.project}-vm"
  display_name = "The VM that trains ${local.project}"

  depends_on = [google_project_service.needed]
}

# Lines NAME=value that become environment variables of the training; empty until you write a version.
resource "google_secret_manager_secret" "environment" {
  #checkov:skip=CKV_GCP_124:Its owner writes a new version when a key changes; nothing can be rotated by itself.
  secret_id = "${local.project}-env"

  replication {
    auto {}
  }

  depends_on = [google_project_service.needed]
}

resource "google_secret_manager_secret_iam_member" "vm" {
  secret_id = google_secret_manager_secret.environment.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.vm.member
}

resource "google_artifact_registry_repository_iam_member" "vm" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.vm.member
}

resource "google_storage_bucket_iam_member" "vm" {
  for_each = toset(["roles/storage.objectCreator", "roles/storage.objectViewer"])
  bucket   = google_storage_bucket.artifacts.name
  role     = each.key
  member   = google_service_account.vm.member
}
