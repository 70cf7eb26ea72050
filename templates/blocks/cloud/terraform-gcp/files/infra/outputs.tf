# What a person needs next, each with the command that uses it. The names are the same on every cloud.

locals {
  vm_id      = one(google_compute_instance.vm[*].name)
  vm_place   = "--zone ${local.zone} --project ${local.google_project}"
  image_host = "${var.region}-docker.pkg.dev"
  image_name = "${local.image_host}/${local.google_project}/${google_artifact_registry_repository.images.repository_id}/${local.project}"
  off        = "the VM is off: set run_vm and image in project.auto.tfvars, then infra-apply"
}

output "artifacts" {
  description = "Bucket for data, models and reports; runs/<time>/ holds what a training on the VM made."
  value       = "gs://${google_storage_bucket.artifacts.name}"
}

output "data_remote" {
  description = "Where DVC keeps the data: `uvx --from dvc[gs] dvc remote add --default storage <this>`."
  value       = "gs://${google_storage_bucket.artifacts.name}/dvc"
}

output "data_remote_settings" {
  description = "What DVC needs to know besides: `dvc remote modify storage <key> <value>`."
  value       = {}
}

output "image_repository" {
  description = "Where the VM's image is pushed to."
  value       = local.image_name
}

output "vm" {
  description = "The VM, null while it is off."
  value       = local.vm_id
}

output "push_image" {
  description = "Brings the image that `uv run poe image` built to Google Cloud."
  value       = <<-END
    gcloud auth configure-docker ${local.image_host} --quiet
    docker tag ${local.project} ${local.image_name}:v1
    docker push ${local.image_name}:v1
  END
}

output "connect" {
  description = "Opens a shell on the VM, through Identity-Aware Proxy."
  value       = local.vm_id == null ? local.off : "gcloud compute ssh ${local.vm_id} ${local.vm_place} --tunnel-through-iap"
}

output "start_training" {
  description = "Starts the stopped VM: it trains and stops again."
  value       = local.vm_id == null ? local.off : "gcloud compute instances start ${local.vm_id} ${local.vm_place}"
}

output "results" {
  description = "Brings what the trainings made here."
  value       = "gcloud storage rsync --recursive gs://${google_storage_bucket.artifacts.name}/runs runs"
}
