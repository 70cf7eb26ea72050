# One VM that trains a container image and stops itself, a bucket for what it makes, and nothing that listens.
# The VM's program is in program.tf. Neighbours may also be: another parameter below /<project>/env/ (becomes an
# environment variable of the training), another policy on aws_iam_role.vm.

locals {
  region = aws_s3_bucket.artifacts.region # the one attribute with this meaning in provider 5 and 6
}

data "aws_caller_identity" "me" {}

data "aws_partition" "here" {}
