# The settings of infra/ (variables.tf lists all of them with their meaning).
project = "churn"

# run_vm = true
# image  = "…"
