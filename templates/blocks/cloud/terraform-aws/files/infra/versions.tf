terraform {
  required_version = ">= 1.10, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

# Without `region`, the region of your AWS profile or of AWS_REGION.
provider "aws" {
  region = var.region

  default_tags {
    tags = merge(var.tags, { project = local.project, managed_by = "terraform" })
  }
}
