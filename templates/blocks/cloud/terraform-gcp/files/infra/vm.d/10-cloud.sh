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

# look_up COMMAND…: runs it. Returns 1 when the cloud says that there is no such thing, 2 when it could not be read.
look_up() {
  local said
  { said=$("$@" 2>&1 >&3); } 3>&1 && return
  case $said in *'matched no objects'* | *'not found: 404'* | *NOT_FOUND*) return 1 ;; esac
  printf '%s\n' "$said" >&2
  return 2
}

# cloud_get KEY FILE: from the bucket, the whole file or none. Returns 1 when there is no such object, 2 when it could not be read.
cloud_get() {
  look_up gcloud storage cp --quiet "gs://$BUCKET/$1" "$2.part" || return
  mv "$2.part" "$2"
}

# cloud_changed KEY: when the object was written, in seconds since 1970. Fails like cloud_get.
cloud_changed() {
  local time
  time=$(look_up gcloud storage objects describe "gs://$BUCKET/$1" --format 'value(update_time)') || return
  [ -n "$time" ] || return 2 # without a time, date would give the last midnight
  date -d "$time" +%s
}

# Lines NAME=value: the secret <project>-env, which has no version until somebody writes one.
cloud_environment() {
  echo "GOOGLE_CLOUD_PROJECT=$GOOGLE_PROJECT"
  look_up gcloud secrets versions access latest --secret "$PROJECT-env" || {
    [ $? = 1 ] || return 2 # a training without its keys would fail later, or do something else
    echo "The secret $PROJECT-env has no version." >&2
  }
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
