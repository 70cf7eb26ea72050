#!/bin/bash
# At every start of the VM: run the image once, upload what it made, stop the VM. Without an argument it installs itself.
set -euo pipefail

install_service() {
  command -v docker >/dev/null || dnf install -y docker
  systemctl enable --now docker
  install -m 755 "$0" /usr/local/bin/train
  cat > /etc/systemd/system/training.service <<'UNIT'
[Unit]
Description=Train once
After=network-online.target docker.service cloud-final.service
Wants=network-online.target
Requires=docker.service

[Service]
Type=oneshot
ExecStart=/usr/local/bin/train once

[Install]
WantedBy=cloud-init.target
UNIT
  systemctl daemon-reload
  systemctl enable training.service
  systemctl start --no-block training.service
}

finish() {
  code=$?
  echo "train: exit code $code, results in $results"
  journalctl --unit training --boot --no-pager > /run/training.log || true
  aws s3 cp --only-show-errors /run/training.log "$results/training.log" || true
  made=$(docker volume inspect --format '{{.Mountpoint}}' training) &&
    aws s3 cp --recursive --only-show-errors "$made" "$results" || true
  if [ "$STOP_WHEN_DONE" = true ]; then systemctl poweroff --no-block; fi
  exit "$code"
}

train_once() {
  # shellcheck source=/dev/null
  . /etc/training/vm.env
  export AWS_DEFAULT_REGION=$REGION
  results=s3://$BUCKET/runs/$(date -u +%Y%m%dT%H%M%SZ)
  trap finish EXIT

  case $IMAGE in
  *.dkr.ecr.*.amazonaws.com*/*)
    aws ecr get-login-password | docker login --username AWS --password-stdin "${IMAGE%%/*}" ;;
  esac
  docker pull --quiet "$IMAGE"

  # Every parameter below /<project>/env/ becomes an environment variable of the training.
  (umask 077 && aws ssm get-parameters-by-path --path "/$PROJECT/env" --with-decryption --output text \
    --query 'Parameters[].[Name,Value]' | sed "s|^/$PROJECT/env/||; s|\t|=|" > /run/training.env)

  options=(--rm --read-only --tmpfs /tmp --cap-drop=all --security-opt=no-new-privileges
    --volume training:/work --env-file /run/training.env --env "AWS_DEFAULT_REGION=$REGION"
    --env RUN_PROVIDER=aws --env "RUN_REGION=$REGION" --env "RUN_INSTANCE_TYPE=$INSTANCE_TYPE" --env "RUN_IMAGE=$IMAGE")
  if [ "$GPU" = true ]; then options+=(--gpus all); fi
  mapfile -t command < /etc/training/command
  docker volume rm --force training >/dev/null
  timeout --signal=INT --kill-after=60 "${MAX_HOURS}h" docker run "${options[@]}" "$IMAGE" "${command[@]}"
}

if [ "${1:-}" = once ]; then train_once; else install_service; fi
