# Set them in project.auto.tfvars. Everything that costs money is off until asked for.

variable "project" {
  description = "Name of the project; everything made here carries it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9_-]{0,29}$", var.project))
    error_message = "\"project\" must start with a letter and hold at most 30 lower-case letters, digits, - and _."
  }
}

variable "tags" {
  description = "Tags that everything gets besides project and managed_by, such as owner or cost_center."
  type        = map(string)
  default     = {}
}

variable "run_vm" {
  description = "Whether the VM exists. It trains `image` when it starts and stops itself afterwards."
  type        = bool
  default     = false

  validation {
    condition     = !var.run_vm || var.image != ""
    error_message = "\"run_vm\" needs \"image\": the image that the VM trains. The output push_image says how to bring one."
  }
}

variable "image" {
  description = "Image that the VM trains: in the repository made here, or public elsewhere; best with its digest."
  type        = string
  default     = ""

  validation {
    condition     = var.image == "" || can(regex("^[A-Za-z0-9./_:-]+(@sha256:[0-9a-f]{64})?$", var.image))
    error_message = "\"image\" must look like registry/name:tag or registry/name@sha256:<64 hexadecimal digits>."
  }
}

variable "command" {
  description = "Command run in the image; empty runs what the image runs by itself: the training."
  type        = list(string)
  default     = []
}

variable "gpu" {
  description = "Whether the VM has an NVIDIA GPU: takes an image with drivers and hands the GPUs to the container. Needs a GPU instance_type."
  type        = bool
  default     = false
}

variable "disk_gb" {
  description = "Size of the VM's disk in GB; with a GPU at least 100, for the drivers."
  type        = number
  default     = 60
}

variable "stop_when_done" {
  description = "Whether the VM stops itself after a training, also a failed one."
  type        = bool
  default     = true
}

variable "max_hours" {
  description = "A training that takes longer is ended, so that a hanging one does not cost money for ever."
  type        = number
  default     = 12

  validation {
    condition     = var.max_hours > 0
    error_message = "\"max_hours\" must be above 0."
  }
}

variable "use_spot" {
  description = "Whether the VM runs on spare capacity: 40 to 90 % cheaper, and the cloud may stop it at short notice."
  type        = bool
  default     = false
}

variable "schedule" {
  description = "When the stopped VM is started to train again, in UTC: \"MON,THU 03:00\", \"DAILY 03:00\"; empty: never."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^(DAILY|(MON|TUE|WED|THU|FRI|SAT|SUN)(,(MON|TUE|WED|THU|FRI|SAT|SUN))*) ([01][0-9]|2[0-3]):[0-5][0-9]$", var.schedule))
    error_message = "\"schedule\" must look like \"MON,THU 03:00\" or \"DAILY 03:00\" (UTC), or be empty."
  }
}

variable "delete_artifacts" {
  description = "Whether infra-destroy may delete a bucket and an image repository that still hold something."
  type        = bool
  default     = false
}
