# List prices in dollars, Linux, us-east-1, on demand, as far as known on 2026-11-22. Other regions cost up to 40 % more. Where they stand:
# https://aws.amazon.com/ec2/pricing/on-demand/ https://aws.amazon.com/ebs/pricing/ https://aws.amazon.com/s3/pricing/
# https://aws.amazon.com/vpc/pricing/ (public IPv4 address). Move a price here when it moves there; add your size.
# They were not read off these pages: compare yours before you decide anything by the sum.

locals {
  prices_from = "list prices of us-east-1, unchecked, as far as known on 2026-11-22: aws.amazon.com/ec2/pricing"

  prices = {
    # An hour of a VM.
    "t3.large"    = 0.0832
    "t3.xlarge"   = 0.1664
    "m7i.large"   = 0.1008
    "m7i.xlarge"  = 0.2016
    "m7i.2xlarge" = 0.4032
    "m7i.4xlarge" = 0.8064
    "c7i.xlarge"  = 0.1785
    "c7i.2xlarge" = 0.357
    "c7i.4xlarge" = 0.714
    "r7i.xlarge"  = 0.2646
    "g4dn.xlarge" = 0.526
    "g5.xlarge"   = 1.006
    "g5.2xlarge"  = 1.212
    "g6.xlarge"   = 0.8048
    "g6.2xlarge"  = 0.9776

    "spot discount, about" = 0.7
    "disk GB-month"        = 0.08 # gp3
    "storage GB-month"     = 0.023
    "address hour"         = 0.005
    "VM's metrics a month" = 2.10 # detailed monitoring
  }

  cloud_costs = merge(
    { "Bucket, ${var.artifacts_gb} GB" = local.prices["storage GB-month"] * var.artifacts_gb },
    var.run_vm ? { "VM's address, ${var.hours_per_month} hours" = local.prices["address hour"] * var.hours_per_month } : {},
    var.run_vm && var.detailed_monitoring ? { "VM's metrics, every minute" = local.prices["VM's metrics a month"] } : {},
  )
}
