# The VM: trains when it starts, brings the result to the bucket, stops. `run_vm = true` makes it.

locals {
  cloud_vm_settings = {
    PROVIDER       = "gcp"
    REGION         = var.region
    BUCKET         = google_storage_bucket.artifacts.name
    GOOGLE_PROJECT = local.google_project
  }

  image_source = split("/", var.gpu ? var.gpu_image : "debian-cloud/debian-12")
}

data "google_compute_image" "vm" {
  count   = var.run_vm ? 1 : 0
  project = local.image_source[0]
  family  = local.image_source[1]
}

# A changed program makes a new VM, as on every cloud.
resource "terraform_data" "program" {
  input = sha256(local.vm_program)
}

resource "google_compute_instance" "vm" {
  #checkov:skip=CKV_GCP_38:Google's own key encrypts the disk; a key of your own has to be kept somewhere too.
  #checkov:skip=CKV_GCP_39:NVIDIA's drivers are not signed, so secure boot is off with `gpu`, and on without.
  count                     = var.run_vm ? 1 : 0
  name                      = local.project
  machine_type              = var.instance_type
  zone                      = local.zone
  tags                      = [local.project]
  allow_stopping_for_update = true
  resource_policies         = google_compute_resource_policy.schedule[*].self_link

  boot_disk {
    initialize_params {
      image = data.google_compute_image.vm[0].self_link
      size  = var.disk_gb
      type  = "pd-balanced"
    }
  }

  # No access_config: the VM has no public address.
  network_interface {
    subnetwork = google_compute_subnetwork.main.id
  }

  metadata = {
    block-project-ssh-keys = "TRUE"
    enable-oslogin         = "TRUE"
    serial-port-enable     = "FALSE"
    startup-script         = local.vm_program
  }

  shielded_instance_config {
    enable_integrity_monitoring = true
    enable_secure_boot          = !var.gpu
    enable_vtpm                 = true
  }

  service_account {
    email  = google_service_account.vm.email
    scopes = ["cloud-platform"] # what it may do is in access.tf
  }

  scheduling {
    automatic_restart           = !var.use_spot
    instance_termination_action = var.use_spot ? "STOP" : null
    on_host_maintenance         = var.use_spot || var.gpu ? "TERMINATE" : "MIGRATE"
    preemptible                 = var.use_spot
    provisioning_model          = var.use_spot ? "SPOT" : "STANDARD"
  }

  lifecycle {
    ignore_changes       = [boot_disk[0].initialize_params[0].image] # a newer image is no reason to replace the VM
    replace_triggered_by = [terraform_data.program]
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.vm,
    google_compute_firewall.https,
    google_compute_router_nat.main,
    google_secret_manager_secret_iam_member.vm,
    google_storage_bucket_iam_member.vm,
  ]
}
