# The tracking server on the VM: what it may reach and write besides what the VM may anyway, and how to open it.

locals {
  artifacts                 = "gs://${google_storage_bucket.artifacts.name}"
  tracking_storage_packages = "google-cloud-storage==3.4.1"
  tracking_system_packages  = "python3.11 python3.11-venv"
  tracking_on_postgres      = var.tracking_server && var.tracking_database == "postgres"
  objects                   = "projects/_/buckets/${google_storage_bucket.artifacts.name}/objects"
}

# The server writes its database again and again, and deletes artifacts of runs that somebody deletes.
resource "google_storage_bucket_iam_member" "tracking" {
  count  = var.tracking_server ? 1 : 0
  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectUser"
  member = google_service_account.vm.member

  condition {
    title      = "tracking-only"
    expression = "resource.name.startsWith('${local.objects}/vm/tracking/') || resource.name.startsWith('${local.objects}/mlflow/')"
  }
}

resource "google_compute_firewall" "postgres" {
  count              = local.tracking_on_postgres ? 1 : 0
  name               = "${local.project}-postgres"
  network            = google_compute_network.main.id
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# The address of the database, with its password: a secret that you write, so that it is in no file and no state.
resource "google_secret_manager_secret" "tracking" {
  #checkov:skip=CKV_GCP_124:Its owner writes a new version when the database's password changes.
  count     = local.tracking_on_postgres ? 1 : 0
  secret_id = "${local.project}-tracking-database"

  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_iam_member" "tracking" {
  count     = local.tracking_on_postgres ? 1 : 0
  secret_id = google_secret_manager_secret.tracking[0].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.vm.member
}

output "tracking_server" {
  description = "Where the tracking server answers while open_tracking runs; null while it is off."
  value       = var.tracking_server && var.run_vm ? "http://localhost:5000" : null
}

output "open_tracking" {
  description = "Starts the VM without a training, prints the password of admin, forwards the server's port to this machine."
  value       = !(var.tracking_server && var.run_vm) ? "the tracking server is off: set tracking_server and run_vm in project.auto.tfvars, then infra-apply" : <<-END
    gcloud storage cp infra/project.auto.tfvars ${local.artifacts}/vm/look
    gcloud compute instances start ${local.vm_id} ${local.vm_place}
    gcloud storage cat ${local.artifacts}/vm/tracking/password
    gcloud compute ssh ${local.vm_id} ${local.vm_place} --tunnel-through-iap -- -N -L 5000:localhost:5000
  END
}
