# `schedule` starts the stopped VM, which trains and stops itself again.

data "google_project" "here" {
  project_id = local.google_project
}

# Compute Engine itself does the starting, and wants to be allowed to stop as well.
resource "google_project_iam_custom_role" "schedule" {
  count       = local.scheduled ? 1 : 0
  role_id     = "${replace(local.project, "-", "_")}_schedule"
  title       = "Start and stop VMs by a schedule"
  permissions = ["compute.instances.start", "compute.instances.stop"]
}

resource "google_project_iam_member" "schedule" {
  count   = local.scheduled ? 1 : 0
  project = local.google_project
  role    = google_project_iam_custom_role.schedule[0].id
  member  = "serviceAccount:service-${data.google_project.here.number}@compute-system.iam.gserviceaccount.com"
}

resource "google_compute_resource_policy" "schedule" {
  count  = local.scheduled ? 1 : 0
  name   = "${local.project}-schedule"
  region = var.region

  instance_schedule_policy {
    time_zone = "UTC"

    vm_start_schedule {
      schedule = "${local.scheduled_minute} ${join(",", local.scheduled_hours)} * * ${join(",", local.scheduled_days)}"
    }
  }

  depends_on = [google_project_iam_member.schedule]
}
