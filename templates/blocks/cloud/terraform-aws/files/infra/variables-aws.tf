# What only AWS has, or names differently; the rest is in variables.tf.

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

variable "instance_type" {
  description = "Size of the VM (x86_64)."
  type        = string
  default     = "m7i.large"
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
