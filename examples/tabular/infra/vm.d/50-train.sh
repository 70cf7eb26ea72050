#!/bin/bash
# At every start of the VM: run the image once, bring what it made to the bucket, stop the VM.
set -euo pipefail

install_service() {
  cat > /etc/systemd/system/training.service <<'UNIT'
[Unit]
Description=Train once
After=network-online.target docker.service
Wants=network-online.target docker.service

[Service]
Type=oneshot
ExecStart=/bin/bash /opt/vm.d/50-train.sh once

[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable training.service
}

finish() {
  code=$?
  if made=$(docker volume inspect --format '{{.Mountpoint}}' training) && ! cloud_put "$made" "$results"; then
    echo "train: what it made could not be brought to $results; it is in $made until the next start" >&2
    [ "$code" != 0 ] || code=74 # as sysexits.h calls an error of input or output
  fi
  echo "train: exit code $code, results in $results"
  journalctl --unit training --boot --no-pager > /run/training.log || true
  cloud_put /run/training.log "$results/training.log" || true
  if [ "$STOP_WHEN_DONE" = true ]; then cloud_stop; fi
  exit "$code"
}

train_once() {
  # shellcheck source=/dev/null
  . /opt/vm.d/10-cloud.sh functions
  results=runs/$(date -u +%Y%m%dT%H%M%SZ)
  trap finish EXIT

  cloud_login
  docker pull --quiet "$IMAGE"

  # The variables of the training: what the cloud's store holds for it, and what neighbours add.
  (
    umask 077
    cloud_environment > /run/training.env
    find /etc/training/env.d -name '*.env' -exec cat {} + >> /run/training.env
  )

  options=(--rm --read-only --tmpfs /tmp --cap-drop=all --security-opt=no-new-privileges
    --volume training:/work --env-file /run/training.env
    --env "RUN_PROVIDER=$PROVIDER" --env "RUN_REGION=$REGION" --env "RUN_INSTANCE_TYPE=$INSTANCE_TYPE" --env "RUN_IMAGE=$IMAGE")
  if [ "$GPU" = true ]; then options+=(--gpus all); fi
  mapfile -t command < /etc/training/command
  docker volume rm --force training >/dev/null
  timeout --signal=INT --kill-after=60 "${MAX_HOURS}h" docker run "${options[@]}" "$IMAGE" "${command[@]}"
}

if [ "${1:-}" = once ]; then train_once; else install_service; fi
