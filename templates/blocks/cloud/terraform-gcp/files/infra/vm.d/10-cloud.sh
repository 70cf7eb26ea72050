#!/bin/bash
# Google Cloud as functions, which have the same names on every cloud; read by the other scripts. With "install": brings docker.
set -euo pipefail
# shellcheck source=/dev/null
. /etc/training/vm.env
export CLOUDSDK_CORE_PROJECT=$GOOGLE_PROJECT CLOUDSDK_CORE_DISABLE_PROMPTS=1 HOME=${HOME:-/root}

# The image's registry lets the VM in.
cloud_login() {
  case $IMAGE in
  *-docker.pkg.dev/*)
    gcloud auth print-access-token | docker login --username oauth2accesstoken --password-stdin "https://${IMAGE%%/*}" ;;
  esac
}

# cloud_put FILE-OR-FOLDER KEY: to the bucket.
cloud_put() {
  if [ -d "$1" ]; then
    gcloud storage rsync --quiet --recursive "$1" "gs://$BUCKET/$2"
  else
    gcloud storage cp --quiet "$1" "gs://$BUCKET/$2"
  fi
}

# cloud_get KEY FILE: from the bucket.
cloud_get() {
  gcloud storage cp --quiet "gs://$BUCKET/$1" "$2"
}

# cloud_changed KEY: when the object was written, in seconds since 1970. Fails when there is no such object.
cloud_changed() {
  local time
  time=$(gcloud storage objects describe "gs://$BUCKET/$1" --format 'value(update_time)') || return
  [ -n "$time" ] || return # without a time, date would give the last midnight
  date -d "$time" +%s
}

# Lines NAME=value: the secret <project>-env, which has no version until somebody writes one.
cloud_environment() {
  echo "GOOGLE_CLOUD_PROJECT=$GOOGLE_PROJECT"
  gcloud secrets versions access latest --secret "$PROJECT-env" || echo "The secret $PROJECT-env has no version." >&2
  echo
}

# The address of the tracking server's database.
cloud_tracking_database() {
  gcloud secrets versions access latest --secret "$PROJECT-tracking-database"
}

# A stopped VM costs its disk only.
cloud_stop() {
  systemctl poweroff --no-block
}

# cloud_install PACKAGE…: over HTTPS, the only way out.
cloud_install() {
  find /etc/apt -type f \( -name '*.list' -o -name '*.sources' \) -exec sed -i 's|http://|https://|' {} +
  apt-get update --quiet
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@"
}

if [ "${1:-}" = install ]; then
  command -v docker >/dev/null || cloud_install docker.io
  systemctl enable --now docker
fi
