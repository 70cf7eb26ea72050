# GitHub's workflows come in without a key: their token is exchanged for an hour of this account, which may start the VM,
# push an image and read results and data, and nothing else. Off until github_subjects names who may.

locals {
  ci = length(var.github_subjects) > 0 ? 1 : 0

  # What `poe image-push` has to know. Where the VM's pipeline runs images of this repository, the bucket says which (pipeline_override.tf).
  pipeline_runs_image = false
  image_target = merge(
    { repository = local.image_name, provider = one(google_iam_workload_identity_pool_provider.github[*].name), account = one(google_service_account.ci[*].email) },
    { for bucket in ["gs://${google_storage_bucket.artifacts.name}"] : "artifacts" => bucket if local.pipeline_runs_image && startswith(var.image, local.image_name) },
  )
}

resource "google_iam_workload_identity_pool" "github" {
  count                     = local.ci
  workload_identity_pool_id = "${local.project}-ci"
  display_name              = "Workflows"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  count                              = local.ci
  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_condition                = "assertion.sub in ${jsonencode(var.github_subjects)} && assertion.repository_id in ${jsonencode(local.github_repository_ids)}"

  attribute_mapping = {
    "google.subject"          = "assertion.sub"
    "attribute.repository_id" = "assertion.repository_id"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "ci" {
  count        = local.ci
  account_id   = "${local.project}-ci"
  display_name = "Workflows of ${local.project}"
}

resource "google_service_account_iam_member" "ci" {
  for_each           = toset(var.github_subjects)
  service_account_id = google_service_account.ci[0].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.github[0].name}/subject/${each.key}"
}

resource "google_project_iam_custom_role" "ci" {
  count       = local.ci
  role_id     = "${replace(local.project, "-", "_")}_start"
  title       = "Start a VM"
  permissions = ["compute.instances.get", "compute.instances.start"]
}

resource "google_compute_instance_iam_member" "ci" {
  count         = var.run_vm ? local.ci : 0
  instance_name = google_compute_instance.vm[0].name
  zone          = local.zone
  role          = google_project_iam_custom_role.ci[0].id
  member        = google_service_account.ci[0].member
}

resource "google_artifact_registry_repository_iam_member" "ci" {
  count      = local.ci
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.ci[0].member
}

# Not vm/, where the tracking server's password lies.
resource "google_storage_bucket_iam_member" "ci" {
  count  = local.ci
  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.ci[0].member

  condition {
    title      = "results-and-data"
    expression = "resource.type == 'storage.googleapis.com/Bucket' || resource.name.startsWith('${local.objects}/runs/') || resource.name.startsWith('${local.objects}/dvc/')"
  }
}

output "ci_access" {
  description = "Tells the repository's workflows where they may go; null while github_subjects is empty."
  value       = local.ci == 0 ? null : <<-END
    gh variable set GOOGLE_PROVIDER --env infra --body ${google_iam_workload_identity_pool_provider.github[0].name}
    gh variable set GOOGLE_ACCOUNT --env infra --body ${google_service_account.ci[0].email}
    gh variable set TRAINING_VM --env infra --body "${local.vm_id == null ? "the VM is off" : "${local.vm_id} ${local.vm_place}"}"
    gh variable set ARTIFACTS --env infra --body gs://${google_storage_bucket.artifacts.name}
    gh variable set IMAGE_TARGET --env infra --body '${jsonencode(local.image_target)}'
  END
}
