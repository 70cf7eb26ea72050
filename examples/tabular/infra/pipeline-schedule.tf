# The timer of the VM decides when the pipeline runs. The cloud starts the VM at that time every day and twelve hours later
# (on Azure once a day), so that a day without a report of the VM is a day on which something is wrong.

locals {
  pipeline_on     = var.run_vm && var.pipeline_schedule != ""
  pipeline_clock  = var.pipeline_schedule == "" ? "00:00" : split(" ", var.pipeline_schedule)[1]
  pipeline_starts = local.pipeline_on ? "DAILY ${local.pipeline_clock}" : var.schedule
  pipeline_hour   = tonumber(split(":", local.scheduled_time)[0])

  # The longest time between two runs, in hours: from each day to the next one that is named, around the week.
  pipeline_days    = startswith(var.pipeline_schedule, "DAILY") ? local.weekdays : split(",", split(" ", var.pipeline_schedule)[0])
  pipeline_numbers = [for number, day in local.weekdays : number if contains(local.pipeline_days, day)]
  pipeline_gaps = [
    for position, number in local.pipeline_numbers :
    24 * ((local.pipeline_numbers[(position + 1) % length(local.pipeline_numbers)] - number + 6) % 7 + 1)
  ]

  pipeline_settings = {
    # As systemd writes it: man systemd.time.
    PIPELINE_CALENDAR      = local.pipeline_on ? "${join(",", [for number in local.pipeline_numbers : title(lower(local.weekdays[number]))])} *-*-* ${local.pipeline_clock}:00 UTC" : ""
    PIPELINE_CLOCK         = local.pipeline_clock
    PIPELINE_MAX_AGE_HOURS = tostring(max(concat([0], local.pipeline_gaps)...) + ceil(var.max_hours) + 1)
  }
}
