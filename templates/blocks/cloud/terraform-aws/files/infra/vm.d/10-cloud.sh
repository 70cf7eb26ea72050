#!/bin/bash
# AWS as functions, which have the same names on every cloud; read by the other scripts. With "install": brings docker.
set -euo pipefail
# shellcheck source=/dev/null
. /etc/training/vm.env
export AWS_DEFAULT_REGION=$REGION

# The image's registry lets the VM in.
cloud_login() {
  case $IMAGE in
  *.dkr.ecr.*.amazonaws.com*/*)
    aws ecr get-login-password | docker login --username AWS --password-stdin "${IMAGE%%/*}" ;;
  esac
}

# cloud_put FILE-OR-FOLDER KEY: to the bucket.
cloud_put() {
  local options=(--only-show-errors)
  if [ -d "$1" ]; then options+=(--recursive); fi
  aws s3 cp "${options[@]}" "$1" "s3://$BUCKET/$2"
}

# look_up COMMAND…: runs it. Returns 1 when the cloud says that there is no such thing, 2 when it could not be read.
look_up() {
  local said
  { said=$("$@" 2>&1 >&3); } 3>&1 && return
  case $said in *'(404)'*) return 1 ;; esac
  printf '%s\n' "$said" >&2
  return 2
}

# cloud_get KEY FILE: from the bucket, the whole file or none. Returns 1 when there is no such object, 2 when it could not be read.
cloud_get() {
  look_up aws s3 cp --only-show-errors "s3://$BUCKET/$1" "$2.part" || return
  mv "$2.part" "$2"
}

# cloud_changed KEY: when the object was written, in seconds since 1970. Fails like cloud_get.
cloud_changed() {
  local time
  time=$(look_up aws s3api head-object --bucket "$BUCKET" --key "$1" --query LastModified --output text) || return
  [ -n "$time" ] || return 2 # without a time, date would give the last midnight
  date -d "$time" +%s
}

# Lines NAME=value: every parameter below /<project>/env/.
cloud_environment() {
  echo "AWS_DEFAULT_REGION=$REGION"
  aws ssm get-parameters-by-path --path "/$PROJECT/env" --with-decryption --output text \
    --query 'Parameters[].[Name,Value]' | sed "s|^/$PROJECT/env/||; s|\t|=|"
}

# The address of the tracking server's database.
cloud_tracking_database() {
  aws ssm get-parameter --name "/$PROJECT/tracking/database" --with-decryption --query Parameter.Value --output text
}

# A stopped VM costs its disk only.
cloud_stop() {
  systemctl poweroff --no-block
}

# cloud_install PACKAGE…
cloud_install() {
  dnf install --assumeyes --quiet "$@"
}

if [ "${1:-}" = install ]; then
  command -v docker >/dev/null || cloud_install docker
  systemctl enable --now docker
fi
