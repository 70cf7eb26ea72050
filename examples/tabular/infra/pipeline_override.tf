# Merged into program.tf, cost.tf and ci.tf by Terraform: the VM's starts, what its scripts know, what it costs, and that the
# bucket says which image it runs.

locals {
  start_schedule       = local.pipeline_starts
  scheduled_hours      = local.pipeline_on ? [local.pipeline_hour, (local.pipeline_hour + 12) % 24] : [local.pipeline_hour]
  pipeline_vm_settings = local.pipeline_settings
  pipeline_runs_image  = local.pipeline_on
  more_costs           = local.pipeline_on ? local.pipeline_costs : {}
}
