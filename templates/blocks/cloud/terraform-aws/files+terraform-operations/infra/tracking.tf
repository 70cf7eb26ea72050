# The tracking server on the VM: what it may reach besides what the VM reaches anyway, and how to open it.

locals {
  artifacts                 = "s3://${aws_s3_bucket.artifacts.bucket}"
  tracking_storage_packages = "boto3==1.40.61"
  tracking_system_packages  = "python3.11 python3.11-pip"
}

resource "aws_vpc_security_group_egress_rule" "postgres" {
  count             = var.tracking_server && var.tracking_database == "postgres" ? 1 : 0
  security_group_id = aws_security_group.vm.id
  description       = "The tracking server's database"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

# The address of the database, with its password: a parameter that you write, so that it is in no file and no state.
data "aws_iam_policy_document" "tracking" {
  count = var.tracking_server && var.tracking_database == "postgres" ? 1 : 0

  statement {
    sid       = "TrackingDatabase"
    actions   = ["ssm:GetParameter"]
    resources = ["arn:${data.aws_partition.here.partition}:ssm:${local.region}:${data.aws_caller_identity.me.account_id}:parameter/${local.project}/tracking/database"]
  }
}

resource "aws_iam_role_policy" "tracking" {
  count       = length(data.aws_iam_policy_document.tracking)
  name_prefix = "tracking-"
  role        = aws_iam_role.vm.id
  policy      = data.aws_iam_policy_document.tracking[0].json
}

output "tracking_server" {
  description = "Where the tracking server answers while open_tracking runs; null while it is off."
  value       = var.tracking_server && var.run_vm ? "http://localhost:5000" : null
}

output "open_tracking" {
  description = "Starts the VM without a training, forwards the server's port to this machine, prints the password of admin."
  value       = !(var.tracking_server && var.run_vm) ? "the tracking server is off: set tracking_server and run_vm in project.auto.tfvars, then infra-apply" : <<-END
    aws s3api put-object --region ${local.region} --bucket ${aws_s3_bucket.artifacts.bucket} --key vm/look
    aws ec2 start-instances --region ${local.region} --instance-ids ${local.vm_id}
    aws s3 cp --region ${local.region} s3://${aws_s3_bucket.artifacts.bucket}/vm/tracking/password -
    aws ssm start-session --region ${local.region} --target ${local.vm_id} --document-name AWS-StartPortForwardingSession --parameters portNumber=5000,localPortNumber=5000
  END
}
