# What the VM runs when it is made: the settings below, then every script of vm.d/ in the order of the names, then the
# training. The cloud's own part is vm.d/10-cloud.sh; the rest is the same on every cloud.
#
# Neighbours, not edits: another .tf file, another *.auto.tfvars, another script in vm.d/, another *.env in
# /etc/training/env.d/ on the VM (variables of the training), a systemd drop-in for training.service.

locals {
  project = replace(var.project, "_", "-")

  # For an *_override.tf, which Terraform merges into this: https://developer.hashicorp.com/terraform/language/files/override
  # The same holds for start_schedule and scheduled_hours below.
  more_vm_settings     = {}
  pipeline_vm_settings = {}

  # What the VM knows, as /etc/training/vm.env. No secrets: those lie in the cloud's store (output of the VM's environment).
  vm_settings = merge(local.cloud_vm_settings, {
    PROJECT        = local.project
    IMAGE          = var.image
    GPU            = tostring(var.gpu)
    INSTANCE_TYPE  = var.instance_type
    MAX_HOURS      = tostring(var.max_hours)
    STOP_WHEN_DONE = tostring(var.stop_when_done)
  }, local.more_vm_settings, local.pipeline_vm_settings)

  vm_files = merge(
    {
      "/etc/training/vm.env"  = join("", [for key, value in local.vm_settings : "${key}='${value}'\n"])
      "/etc/training/command" = join("", [for word in var.command : "${word}\n"])
    },
    { for name in fileset(path.module, "vm.d/*.sh") : "/opt/${name}" => file("${path.module}/${name}") },
  )

  vm_program = join("\n", concat(
    [
      "#!/bin/bash",
      "# Made by infra/program.tf.",
      "[ ! -e /opt/vm.d/made ] || exit 0 # some clouds run this at every start",
      "mkdir -p /etc/training/env.d /opt/vm.d",
    ],
    flatten([for path, body in local.vm_files : ["cat > ${path} <<'END_OF_FILE'", "${body}END_OF_FILE"]]),
    [
      "for part in /opt/vm.d/*.sh; do bash \"$part\" install || echo \"$part failed\" >&2; done",
      "touch /opt/vm.d/made",
      "systemctl start --no-block training.service",
      "",
    ],
  ))

  start_schedule = var.schedule

  # "MON,THU 03:00" as its days and its time.
  weekdays         = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
  scheduled        = var.run_vm && local.start_schedule != ""
  scheduled_days   = startswith(local.start_schedule, "DAILY") ? local.weekdays : split(",", split(" ", local.start_schedule)[0])
  scheduled_time   = local.start_schedule == "" ? "00:00" : split(" ", local.start_schedule)[1]
  scheduled_hours  = [tonumber(split(":", local.scheduled_time)[0])]
  scheduled_minute = tonumber(split(":", local.scheduled_time)[1])
}
