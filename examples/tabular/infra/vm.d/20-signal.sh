#!/bin/bash
# AWS as a function for the alarm on the pipeline.
set -euo pipefail

# cloud_signal NAME VALUE: a value of a metric, now.
cloud_signal() {
  aws cloudwatch put-metric-data --namespace "Pipeline/$PROJECT" --metric-name "$1" --value "$2"
}
