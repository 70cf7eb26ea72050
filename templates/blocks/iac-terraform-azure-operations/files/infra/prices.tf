# List prices in dollars, Linux, East US, pay as you go, as far as known on 2026-11-22. Other regions cost up to 40 % more. Where they stand:
# https://azure.microsoft.com/pricing/details/virtual-machines/linux/ https://azure.microsoft.com/pricing/details/managed-disks/
# https://azure.microsoft.com/pricing/details/storage/blobs/ https://azure.microsoft.com/pricing/details/ip-addresses/
# Move a price here when it moves there; add your size.
# They were not read off these pages: compare yours before you decide anything by the sum.

locals {
  prices_from = "list prices of East US, unchecked, as far as known on 2026-11-22: azure.microsoft.com/pricing"

  prices = {
    # An hour of a VM.
    "Standard_B2s"           = 0.0416
    "Standard_D2as_v5"       = 0.086
    "Standard_D4as_v5"       = 0.172
    "Standard_D8as_v5"       = 0.344
    "Standard_D2s_v5"        = 0.096
    "Standard_D4s_v5"        = 0.192
    "Standard_NC4as_T4_v3"   = 0.526
    "Standard_NC8as_T4_v3"   = 0.752
    "Standard_NV6ads_A10_v5" = 0.454

    "spot discount, about" = 0.7
    "disk GB-month"        = 0.075 # standard SSD, paid in steps of 32, 64, 128 GB
    "storage GB-month"     = 0.0208
    "address hour"         = 0.005
    "registry month"       = 5
    "bastion hour"         = 0.29
  }

  cloud_costs = merge(
    { "Storage, ${var.artifacts_gb} GB" = local.prices["storage GB-month"] * var.artifacts_gb },
    var.run_vm ? { "VM's address, also while it is stopped" = local.prices["address hour"] * 730 } : {},
    var.registry ? { "Registry" = local.prices["registry month"] } : {},
    var.bastion ? { "Bastion, if it stays all month" = local.prices["bastion hour"] * 730 } : {},
  )
}
