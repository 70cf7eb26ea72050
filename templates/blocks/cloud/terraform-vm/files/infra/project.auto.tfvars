# The settings of infra/ (variables.tf lists all of them with their meaning).
project = "nimble_package"

# run_vm = true
# image  = "…"
