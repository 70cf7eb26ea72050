# The VM: trains when it starts, brings the result to the bucket, stops. `run_vm = true` makes it.

locals {
  cloud_vm_settings = {
    PROVIDER = "aws"
    REGION   = local.region
    BUCKET   = aws_s3_bucket.artifacts.bucket
  }

  ami_parameter = (
    var.gpu
    ? "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id"
    : "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
  )
}

data "aws_ssm_parameter" "ami" {
  count = var.run_vm ? 1 : 0
  name  = local.ami_parameter
}

resource "aws_instance" "vm" {
  #checkov:skip=CKV_AWS_126:Five-minute figures are enough for one VM; `detailed_monitoring` turns one-minute figures on.
  count = var.run_vm ? 1 : 0

  ami                         = data.aws_ssm_parameter.ami[0].insecure_value
  instance_type               = var.instance_type
  subnet_id                   = aws_subnet.main.id
  vpc_security_group_ids      = [aws_security_group.vm.id]
  iam_instance_profile        = aws_iam_instance_profile.vm.name
  ebs_optimized               = true
  monitoring                  = var.detailed_monitoring
  user_data_base64            = base64gzip(local.vm_program)
  user_data_replace_on_change = true

  instance_initiated_shutdown_behavior = "stop"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2 # one more than the VM: the container asks for its credentials
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.disk_gb
    encrypted   = true
    tags        = { Name = local.project }
  }

  dynamic "instance_market_options" {
    for_each = var.use_spot ? ["spot"] : []

    content {
      market_type = "spot"

      spot_options {
        spot_instance_type             = "persistent"
        instance_interruption_behavior = "stop"
      }
    }
  }

  tags = { Name = local.project }

  lifecycle {
    ignore_changes = [ami] # a newer image is no reason to replace the VM; `terraform apply -replace` is
  }

  depends_on = [aws_iam_role_policy.vm, aws_route_table_association.main, aws_vpc_security_group_egress_rule.https]
}
