# One VM that trains a container image and stops itself, a bucket for what it makes, and nothing that the internet reaches.
# The VM's program is in program.tf. Neighbours may also be: another line of the secret <project>-env (becomes an
# environment variable of the training), another role of google_service_account.vm.

locals {
  google_project = data.google_client_config.me.project
  zone           = coalesce(var.availability_zone, "${var.region}-b")
}

data "google_client_config" "me" {}

resource "google_project_service" "needed" {
  for_each           = toset(["artifactregistry", "compute", "iam", "iap", "secretmanager", "storage"])
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}
