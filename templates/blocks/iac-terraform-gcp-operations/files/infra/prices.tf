# List prices in dollars, Linux, us-central1, on demand, as far as known on 2026-11-22. Other regions cost up to 40 % more. Where they stand:
# https://cloud.google.com/compute/vm-instance-pricing https://cloud.google.com/compute/disks-image-pricing
# https://cloud.google.com/storage/pricing https://cloud.google.com/nat/pricing . Move a price here when it moves there; add your size.
# They were not read off these pages: compare yours before you decide anything by the sum.

locals {
  prices_from = "list prices of us-central1, unchecked, as far as known on 2026-11-22: cloud.google.com/compute/vm-instance-pricing"

  prices = {
    # An hour of a VM.
    "e2-standard-2" = 0.06701
    "e2-standard-4" = 0.13402
    "e2-standard-8" = 0.26805
    "n2-standard-2" = 0.09711
    "n2-standard-4" = 0.19424
    "n2-standard-8" = 0.38847
    "g2-standard-4" = 0.70683
    "g2-standard-8" = 0.85362

    "spot discount, about" = 0.6
    "disk GB-month"        = 0.10 # pd-balanced
    "storage GB-month"     = 0.02
    "way out hour"         = 0.0064 # Cloud NAT for one VM, and its address
    "secret month"         = 0.06
  }

  cloud_costs = merge(
    { "Bucket, ${var.artifacts_gb} GB" = local.prices["storage GB-month"] * var.artifacts_gb },
    { "Secrets" = local.prices["secret month"] },
    var.run_vm ? { "VM's way out, ${var.hours_per_month} hours" = local.prices["way out hour"] * var.hours_per_month } : {},
  )
}
