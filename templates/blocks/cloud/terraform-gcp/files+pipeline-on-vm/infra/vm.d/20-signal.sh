#!/bin/bash
# Google Cloud as a function for the alarm on the pipeline.
set -euo pipefail

# cloud_signal NAME VALUE: a value of a metric, now. The token goes by standard input, not by the command line.
cloud_signal() {
  local token body
  token=$(gcloud auth print-access-token) || return
  body='{"timeSeries": [{"metric": {"type": "custom.googleapis.com/pipeline/%s", "labels": {"project": "%s"}}, "resource": {"type": "global", "labels": {"project_id": "%s"}}, "points": [{"interval": {"endTime": "%s"}, "value": {"doubleValue": %s}}]}]}'
  # shellcheck disable=SC2059 # the format is the line above
  body=$(printf "$body" "$1" "$PROJECT" "$GOOGLE_PROJECT" "$(date -u +%FT%TZ)" "$2")
  printf 'Authorization: Bearer %s\nContent-Type: application/json\n' "$token" |
    curl --silent --show-error --fail --retry 3 --output /dev/null --header @- --data "$body" \
      "https://monitoring.googleapis.com/v3/projects/$GOOGLE_PROJECT/timeSeries"
}
