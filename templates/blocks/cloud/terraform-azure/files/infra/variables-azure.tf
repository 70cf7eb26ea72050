# What only Azure has, or names differently; the rest is in variables.tf.

variable "subscription_id" {
  description = "Id of the subscription; null takes ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "region" {
  description = "Region of Azure."
  type        = string
  default     = "eastus"
}

variable "availability_zone" {
  description = "Zone of the VM, such as \"2\"; null lets Azure choose. Not every size exists in every zone."
  type        = string
  default     = null
}

variable "instance_type" {
  description = "Size of the VM (x86_64)."
  type        = string
  default     = "Standard_D2as_v5"
}

variable "ssh_public_key" {
  description = "Your public key, such as the content of ~/.ssh/id_ed25519.pub. Azure makes no VM without one, although no port is open for it."
  type        = string
  default     = ""

  validation {
    condition     = !var.run_vm || can(regex("^(ssh-ed25519|ssh-rsa) ", var.ssh_public_key))
    error_message = "\"run_vm\" needs \"ssh_public_key\": Azure makes no VM without one. `ssh-keygen -t ed25519` makes a key; give the line of the .pub file."
  }
}

variable "registry" {
  description = "Whether there is a registry for private images ($5 a month); a public image elsewhere needs none."
  type        = bool
  default     = false
}

variable "encryption_at_host" {
  description = "Whether the host encrypts temporary disks and caches too. Disks are encrypted anyway. Needs, once: az feature register --namespace Microsoft.Compute --name EncryptionAtHost"
  type        = bool
  default     = false
}
