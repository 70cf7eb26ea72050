# What has to hold for this folder, checked offline and without an account: `terraform -chdir=infra test`.
# Every run plans with the VM on, and with what it may cost on or off as the name says.

mock_provider "google" {
  mock_data "google_client_config" {
    defaults = { project = "mock-project" }
  }

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }

  mock_data "google_compute_image" {
    defaults = { self_link = "projects/debian-cloud/global/images/debian-12-mock" }
  }

  mock_resource "google_service_account" {
    defaults = {
      email  = "mock@mock-project.iam.gserviceaccount.com"
      member = "serviceAccount:mock@mock-project.iam.gserviceaccount.com"
      name   = "projects/mock-project/serviceAccounts/mock@mock-project.iam.gserviceaccount.com"
    }
  }

  mock_resource "google_compute_resource_policy" {
    defaults = { self_link = "projects/mock-project/regions/us-central1/resourcePolicies/mock" }
  }
}

# All of them, so that what you set in project.auto.tfvars changes no test.
variables {
  project           = "test_project"
  google_project    = "mock-project"
  region            = "us-central1"
  availability_zone = null
  instance_type     = "e2-standard-2"
  run_vm            = true
  image             = "ghcr.io/example/test-project@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  command           = []
  disk_gb           = 60
  gpu               = false
  use_spot          = false
  schedule          = ""
  stop_when_done    = true
  delete_artifacts  = false
}

run "the_vm_is_off_until_asked_for" {
  command = plan

  variables {
    run_vm = false
    image  = ""
  }

  assert {
    condition     = length(google_compute_instance.vm) + length(google_compute_router_nat.main) + length(google_compute_resource_policy.schedule) == 0
    error_message = "A VM, its way out or a schedule is planned although no one asked for one."
  }

  assert {
    condition = alltrue([
      for name, off in { run_vm = "false", use_spot = "false", delete_artifacts = "false", schedule = "\"\"" } :
      can(regex("variable \"${name}\" \\{[^}]*default     = ${off}\n", join("", [for file in fileset(path.module, "variables*.tf") : file("${path.module}/${file}")])))
    ])
    error_message = "Something that costs money, grants more or deletes is on by default."
  }
}

run "a_vm_without_an_image_is_refused" {
  command = plan

  variables {
    image = ""
  }

  expect_failures = [var.run_vm]
}

run "a_schedule_that_says_no_time_is_refused" {
  command = plan

  variables {
    schedule = "every monday"
  }

  expect_failures = [var.schedule]
}

run "no_one_comes_in_but_through_the_proxy" {
  command = plan

  assert {
    condition     = length(google_compute_instance.vm[0].network_interface[0].access_config) == 0
    error_message = "The VM has a public address."
  }

  assert {
    condition     = one(google_compute_firewall.session.source_ranges) == "35.235.240.0/20" && one(google_compute_firewall.session.allow).ports == tolist(["22"])
    error_message = "Somebody else than Identity-Aware Proxy reaches the VM."
  }

  assert {
    condition     = length(regexall("direction\\s+= \"INGRESS\"", join("\n", [for name in fileset(path.module, "*.tf") : file("${path.module}/${name}")]))) == 1
    error_message = "Some file of infra/ opens another way in."
  }

  assert {
    condition     = one(google_compute_firewall.https.allow).ports == tolist(["443"]) && one(google_compute_firewall.nothing_else.deny).protocol == "all" && google_compute_firewall.nothing_else.priority > google_compute_firewall.https.priority
    error_message = "The VM may call out by more than HTTPS."
  }

  assert {
    condition     = google_compute_instance.vm[0].metadata["enable-oslogin"] == "TRUE" && google_compute_instance.vm[0].metadata["block-project-ssh-keys"] == "TRUE" && google_compute_instance.vm[0].metadata["serial-port-enable"] == "FALSE"
    error_message = "A key of the project or the serial port lets people in."
  }
}

run "the_vm_is_shielded" {
  command = plan

  assert {
    condition     = google_compute_instance.vm[0].shielded_instance_config[0].enable_secure_boot && google_compute_instance.vm[0].shielded_instance_config[0].enable_vtpm
    error_message = "The VM starts what no one signed."
  }
}

run "the_bucket_is_private_and_keeps_versions" {
  command = plan

  assert {
    condition     = google_storage_bucket.artifacts.public_access_prevention == "enforced" && google_storage_bucket.artifacts.uniform_bucket_level_access
    error_message = "The bucket can be made public."
  }

  assert {
    condition     = google_storage_bucket.artifacts.versioning[0].enabled && !google_storage_bucket.artifacts.force_destroy
    error_message = "The bucket forgets what is overwritten, or infra-destroy would delete what it holds."
  }

  assert {
    condition     = google_storage_bucket.artifacts.name == "mock-project-test-project" && google_compute_instance.vm[0].name == "test-project"
    error_message = "The VM or the bucket does not carry the project's name."
  }
}

run "the_vm_trains_the_image_and_stops_itself" {
  command = apply

  assert {
    condition     = strcontains(local.vm_program, "IMAGE='${var.image}'") && strcontains(local.vm_program, "STOP_WHEN_DONE='true'") && google_compute_instance.vm[0].metadata["startup-script"] == local.vm_program
    error_message = "The VM does not learn which image to train, or that it stops afterwards."
  }

  assert {
    condition     = length(fileset(path.module, "vm.d/*")) > 1 && alltrue([for name in fileset(path.module, "vm.d/*") : strcontains(local.vm_program, file("${path.module}/${name}"))])
    error_message = "A script of vm.d/ does not reach the VM."
  }

  assert {
    condition     = length(local.vm_program) < 262144
    error_message = "The VM's program is above Google's limit of 256 kB: shorten vm.d/."
  }
}

run "the_vm_may_add_to_its_bucket_only" {
  command = apply

  assert {
    condition     = keys(google_storage_bucket_iam_member.vm) == ["roles/storage.objectCreator", "roles/storage.objectViewer"] && google_artifact_registry_repository_iam_member.vm.role == "roles/artifactregistry.reader"
    error_message = "The VM may delete artifacts or write images."
  }

  assert {
    condition     = length(regexall("resource \"google_project_iam_(member|binding|policy)\"", file("${path.module}/access.tf"))) == 0
    error_message = "The VM has a role in the whole project."
  }
}

run "spot_and_schedule_are_off" {
  command = plan

  assert {
    condition     = google_compute_instance.vm[0].scheduling[0].provisioning_model == "STANDARD" && length(google_compute_resource_policy.schedule) == 0
    error_message = "Spot or a schedule is on although no one asked for it."
  }
}

run "spot_and_schedule_can_be_asked_for" {
  command = apply

  variables {
    use_spot = true
    schedule = "MON,THU 03:30"
    command  = ["python", "-c", "print('a b')"]
  }

  assert {
    condition     = google_compute_instance.vm[0].scheduling[0].provisioning_model == "SPOT" && google_compute_instance.vm[0].scheduling[0].instance_termination_action == "STOP"
    error_message = "An interrupted spot VM would be deleted instead of stopped."
  }

  assert {
    condition     = google_compute_resource_policy.schedule[0].instance_schedule_policy[0].vm_start_schedule[0].schedule == "30 3 * * MON,THU" && one(google_compute_instance.vm[0].resource_policies) == google_compute_resource_policy.schedule[0].self_link
    error_message = "The schedule starts something else, or at another time than asked for."
  }

  assert {
    condition     = toset(google_project_iam_custom_role.schedule[0].permissions) == toset(["compute.instances.start", "compute.instances.stop"])
    error_message = "The schedule may do more than start and stop."
  }

  assert {
    condition     = strcontains(local.vm_program, "\npython\n-c\nprint('a b')\nEND_OF_FILE\n")
    error_message = "The command does not reach the VM word by word."
  }
}
