# What only Google Cloud has, or names differently; the rest is in variables.tf.

variable "google_project" {
  description = "Id of the project in Google Cloud; null takes the one of gcloud or of GOOGLE_PROJECT."
  type        = string
  default     = null
}

variable "region" {
  description = "Region of Google Cloud."
  type        = string
  default     = "us-central1"
}

variable "availability_zone" {
  description = "Zone of the VM, such as us-central1-c; null takes the region's zone b. Not every size exists in every zone."
  type        = string
  default     = null
}

variable "instance_type" {
  description = "Size of the VM (x86_64)."
  type        = string
  default     = "e2-standard-2"
}

variable "gpu_image" {
  description = "Image with NVIDIA's drivers for a VM with a GPU, as project/family."
  type        = string
  default     = "deeplearning-platform-release/common-cu128-ubuntu-2204-nvidia-570"
}
