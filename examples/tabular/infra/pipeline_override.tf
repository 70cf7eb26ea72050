# Merged into program.tf and cost.tf by Terraform: the VM's starts, what its scripts know, and what it costs.

locals {
  start_schedule       = local.pipeline_starts
  scheduled_hours      = local.pipeline_on ? [local.pipeline_hour, (local.pipeline_hour + 12) % 24] : [local.pipeline_hour]
  pipeline_vm_settings = local.pipeline_settings
  more_costs           = local.pipeline_on ? local.pipeline_costs : {}
}
