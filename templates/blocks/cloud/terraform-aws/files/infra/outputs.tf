# What a person needs next, each with the command that uses it. The names are the same on every cloud.

locals {
  vm_id = one(aws_instance.vm[*].id)
  off   = "the VM is off: set run_vm and image in project.auto.tfvars, then infra-apply"
}

output "artifacts" {
  description = "Bucket for data, models and reports; runs/<time>/ holds what a training on the VM made."
  value       = "s3://${aws_s3_bucket.artifacts.bucket}"
}

output "data_remote" {
  description = "Where DVC keeps the data: `uvx --from dvc[s3] dvc remote add --default storage <this>`."
  value       = "s3://${aws_s3_bucket.artifacts.bucket}/dvc"
}

output "data_remote_settings" {
  description = "What DVC needs to know besides: `dvc remote modify storage <key> <value>`."
  value       = { region = local.region }
}

output "image_repository" {
  description = "Where the VM's image is pushed to."
  value       = aws_ecr_repository.images.repository_url
}

output "vm" {
  description = "The VM, null while it is off."
  value       = local.vm_id
}

output "push_image" {
  description = "Brings the image that `uv run poe image` built to AWS."
  value       = <<-END
    aws ecr get-login-password --region ${local.region} | docker login --username AWS --password-stdin ${split("/", aws_ecr_repository.images.repository_url)[0]}
    docker tag ${local.project} ${aws_ecr_repository.images.repository_url}:v1
    docker push ${aws_ecr_repository.images.repository_url}:v1
  END
}

output "connect" {
  description = "Opens a shell on the VM; no port is open."
  value       = local.vm_id == null ? local.off : "aws ssm start-session --region ${local.region} --target ${local.vm_id}"
}

output "start_training" {
  description = "Starts the stopped VM: it trains and stops again."
  value       = local.vm_id == null ? local.off : "aws ec2 start-instances --region ${local.region} --instance-ids ${local.vm_id}"
}

output "results" {
  description = "Brings what the trainings made here."
  value       = "aws s3 sync --region ${local.region} s3://${aws_s3_bucket.artifacts.bucket}/runs runs"
}
