# One VM that trains a container image and stops itself, a bucket for what it makes, and nothing that listens.
#
# Neighbours, not edits: another .tf file, another *.auto.tfvars, another file in cloud-init.d/ (copied to the VM and
# run or read by cloud-init in the order of the names), another parameter below /<project>/env/ (becomes an environment
# variable of the training), another policy on aws_iam_role.vm.

locals {
  project = replace(var.project, "_", "-")
  region  = aws_s3_bucket.artifacts.region # the one attribute with this meaning in provider 5 and 6
}

data "aws_caller_identity" "me" {}

data "aws_partition" "here" {}
