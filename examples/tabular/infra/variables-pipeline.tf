# Settings of the pipeline on the VM. It is off until pipeline_schedule is set.

variable "pipeline_schedule" {
  description = "When the VM runs the pipeline, in UTC: \"MON,THU 03:00\", \"DAILY 03:00\"; empty: never. In place of the training at each start."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^(DAILY|(MON|TUE|WED|THU|FRI|SAT|SUN)(,(MON|TUE|WED|THU|FRI|SAT|SUN))*) ([01][0-9]|2[0-3]):[0-5][0-9]$", var.pipeline_schedule))
    error_message = "\"pipeline_schedule\" must look like \"MON,THU 03:00\" or \"DAILY 03:00\" (UTC), or be empty."
  }

  validation {
    condition     = var.pipeline_schedule == "" || var.schedule == ""
    error_message = "\"pipeline_schedule\" and \"schedule\" are both set: the first runs the pipeline, the second a training. Set one of them."
  }

  validation {
    condition     = var.pipeline_schedule == "" || var.pipeline_email != ""
    error_message = "\"pipeline_schedule\" needs \"pipeline_email\": who is informed when a run fails or does not happen."
  }
}

variable "pipeline_email" {
  description = "Who is informed when a run of the pipeline fails or does not happen, and when the next one succeeds."
  type        = string
  default     = ""

  validation {
    condition     = var.pipeline_email == "" || can(regex("^[^@ ]+@[^@ ]+$", var.pipeline_email))
    error_message = "\"pipeline_email\" must be one address, or empty."
  }
}
