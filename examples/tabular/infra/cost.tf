# What a month of this costs, by the list prices in prices.tf. Taxes, discounts and transfer out are not in it.

locals {
  more_costs = {} # for an *_override.tf, as in program.tf

  hourly        = try(local.prices[var.instance_type], null)
  spot_discount = var.use_spot ? local.prices["spot discount, about"] : 0

  # Named, in dollars a month; a size that is not in the table counts nothing and says so.
  costs = merge(local.cloud_costs, var.run_vm ? {
    (local.hourly == null ? "VM ${var.instance_type}: not in prices.tf" : "VM, ${var.hours_per_month} hours") = coalesce(local.hourly, 0) * (1 - local.spot_discount) * var.hours_per_month
    "VM's disk, also while it is stopped"                                                                     = local.prices["disk GB-month"] * var.disk_gb
  } : {}, local.more_costs)
}

output "monthly_cost" {
  description = "Dollars a month of what infra/ describes, and where the prices are from."
  value = merge(
    { for name, dollars in local.costs : name => format("$%.2f", dollars) },
    { "a month" = format("about $%.2f (%s)", sum(concat([0], values(local.costs))), local.prices_from) },
  )
}

output "memory_gib" {
  description = "GiB of memory of the VM and of its GPU, as in prices.tf; null: the size is not there."
  value       = try(local.machines[var.instance_type], null)
}

check "budget" {
  assert {
    condition     = sum(concat([0], values(local.costs))) <= var.monthly_budget
    error_message = "What infra/ describes costs more than monthly_budget (see the output monthly_cost)."
  }
}
