# Merged into program.tf by Terraform: what the scripts of the tracking server and of the idle stop know.

locals {
  more_vm_settings = {
    IDLE_MINUTES      = tostring(var.idle_minutes)
    TRACKING_SERVER   = tostring(var.tracking_server)
    TRACKING_DATABASE = var.tracking_database
    # Versions that were run together; move them here, the server moves its database at the next start.
    # SQLAlchemy 2.1 would take postgresql:// to another driver than psycopg2.
    TRACKING_PACKAGES        = "mlflow[auth]==3.17.2 sqlalchemy==2.0.58 psycopg2-binary==2.9.11 ${local.tracking_storage_packages}"
    TRACKING_SYSTEM_PACKAGES = local.tracking_system_packages
    ARTIFACTS                = local.artifacts
  }
}
