# The alarms on the pipeline of the VM: one for a run that failed or is overdue, one for a VM that reports nothing.

locals {
  pipeline_metric = "custom.googleapis.com/pipeline/Failed"
  pipeline_filter = "resource.type = \"global\" AND metric.type = \"${local.pipeline_metric}\" AND metric.labels.project = \"${local.project}\""
  pipeline_costs  = { "Pipeline's metric and two alerts" = 0.20 } # $0.10 a condition each month: https://cloud.google.com/stackdriver/pricing
}

resource "google_project_service" "monitoring" {
  count              = local.pipeline_on ? 1 : 0
  service            = "monitoring.googleapis.com"
  disable_on_destroy = false
}

# Google Cloud has no narrower right to write a metric than for the whole project.
resource "google_project_iam_member" "pipeline" {
  count   = local.pipeline_on ? 1 : 0
  project = local.google_project
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.vm.member
}

# The VM writes the state of the pipeline again and again.
resource "google_storage_bucket_iam_member" "pipeline" {
  count  = local.pipeline_on ? 1 : 0
  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectUser"
  member = google_service_account.vm.member

  condition {
    title      = "pipeline-only"
    expression = "resource.name.startsWith('${local.objects}/vm/pipeline/')"
  }
}

# CI says which image the VM runs. The VM refuses one of another repository than that of `image`.
resource "google_storage_bucket_iam_member" "ci_pipeline_image" {
  count  = local.pipeline_on ? local.ci : 0
  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectUser"
  member = google_service_account.ci[0].member

  condition {
    title      = "image-of-the-pipeline"
    expression = "resource.name == '${local.objects}/vm/pipeline/image'"
  }
}

# What the VM writes and the alarms read, before the first value is there.
resource "google_monitoring_metric_descriptor" "pipeline" {
  count        = local.pipeline_on ? 1 : 0
  type         = local.pipeline_metric
  display_name = "The pipeline failed"
  description  = "1: the last run of the pipeline failed, or none has succeeded in time; 0: it runs as planned."
  metric_kind  = "GAUGE"
  value_type   = "DOUBLE"

  labels {
    key        = "project"
    value_type = "STRING"
  }

  depends_on = [google_project_service.monitoring]
}

resource "google_monitoring_notification_channel" "pipeline" {
  count        = local.pipeline_on ? 1 : 0
  display_name = "Pipeline of ${local.project}"
  type         = "email"
  labels       = { email_address = var.pipeline_email }

  depends_on = [google_project_service.monitoring]
}

# The newest value of the last 23 hours counts, so the alert stays until the VM reports something else.
resource "google_monitoring_alert_policy" "pipeline_failed" {
  count                 = local.pipeline_on ? 1 : 0
  display_name          = "${local.project}: the pipeline failed"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.pipeline[0].name]

  conditions {
    display_name = "The last run failed, or none has succeeded in time"

    condition_threshold {
      filter          = local.pipeline_filter
      comparison      = "COMPARISON_GT"
      threshold_value = 0.5
      duration        = "0s"

      aggregations {
        alignment_period   = "82800s"
        per_series_aligner = "ALIGN_NEXT_OLDER"
      }
    }
  }

  depends_on = [google_monitoring_metric_descriptor.pipeline]
}

# The VM reports at each start, twice a day. 23.5 hours are the longest absence that Google Cloud knows: one start that did not happen.
resource "google_monitoring_alert_policy" "pipeline_missing" {
  count                 = local.pipeline_on ? 1 : 0
  display_name          = "${local.project}: the pipeline is missing"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.pipeline[0].name]

  conditions {
    display_name = "The VM has reported nothing for 23.5 hours"

    condition_absent {
      filter   = local.pipeline_filter
      duration = "84600s"

      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_COUNT"
      }
    }
  }

  depends_on = [google_monitoring_metric_descriptor.pipeline]
}
