# Set them in project.auto.tfvars. Everything that costs money is off until asked for.

variable "project" {
  description = "Name of the project; everything made here carries it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9_-]{0,29}$", var.project))
    error_message = "\"project\" must start with a letter and hold at most 30 lower-case letters, digits, - and _."
  }
}

variable "region" {
  description = "AWS region; null takes the one of your profile or of AWS_REGION."
  type        = string
  default     = null
}

variable "availability_zone" {
  description = "Zone of the VM, such as eu-west-1b; null lets AWS choose. Not every size exists in every zone."
  type        = string
  default     = null
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

variable "instance_type" {
  description = "Size of the VM (x86_64)."
  type        = string
  default     = "m7i.large"
}

variable "gpu" {
  description = "Whether the VM has an NVIDIA GPU: takes AWS's image with drivers and hands the GPUs to the container. Needs a GPU instance_type."
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
  description = "Whether the VM runs on spare capacity: about 70 % cheaper, and AWS may stop it at two minutes' notice."
  type        = bool
  default     = false
}

variable "schedule" {
  description = "When the stopped VM is started to train again, such as \"cron(0 3 ? * MON *)\" (UTC); empty: never."
  type        = string
  default     = ""
}

variable "extra_policies" {
  description = "ARNs of further policies for the VM, such as read access to a bucket with data."
  type        = list(string)
  default     = []
}

variable "detailed_monitoring" {
  description = "Whether CloudWatch measures the VM every minute instead of every five (about $2 a month)."
  type        = bool
  default     = false
}

variable "delete_artifacts" {
  description = "Whether infra-destroy may delete a bucket and an image repository that still hold something."
  type        = bool
  default     = false
}
