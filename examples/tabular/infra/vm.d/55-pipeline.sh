#!/bin/bash
# Runs the pipeline in the image when PIPELINE_CALENDAR says so, brings its records to the bucket, and says how it went.
set -euo pipefail
home=/var/lib/pipeline
signs=vm/pipeline # in the bucket: when a run last succeeded and failed, the image to run, and what the next run continues from
margin=15         # minutes within which a start of the VM is taken for one of the schedule

install_units() {
  # shellcheck source=/dev/null
  . /opt/vm.d/10-cloud.sh functions
  [ -n "$PIPELINE_CALENDAR" ] || return 0
  mkdir -p "$home" /etc/systemd/system/training.service.d
  cat > /etc/systemd/system/training.service.d/pipeline.conf <<'UNIT'
[Service]
ExecStart=
ExecStart=/bin/bash /opt/vm.d/55-pipeline.sh started
UNIT
  cat > /etc/systemd/system/pipeline.service <<'UNIT'
[Unit]
Description=Run the pipeline
After=network-online.target docker.service tracking.service
Wants=network-online.target docker.service

[Service]
Type=oneshot
ExecStart=/bin/bash /opt/vm.d/55-pipeline.sh run
UNIT
  cat > /etc/systemd/system/pipeline.timer <<UNIT
[Unit]
Description=Run the pipeline on its schedule

[Timer]
OnCalendar=$PIPELINE_CALENDAR
RandomizedDelaySec=3min
Persistent=true

[Install]
WantedBy=timers.target
UNIT
  cat > /etc/systemd/system/pipeline-check.service <<'UNIT'
[Unit]
Description=Say whether the pipeline runs as planned
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/bash /opt/vm.d/55-pipeline.sh check
UNIT
  cat > /etc/systemd/system/pipeline-check.timer <<'UNIT'
[Unit]
Description=Say twice a day whether the pipeline runs as planned

[Timer]
OnActiveSec=2min
OnUnitActiveSec=6h

[Install]
WantedBy=timers.target
UNIT
  systemctl daemon-reload
  systemctl enable --now pipeline.timer pipeline-check.timer
  sign since # from here on a run is due
}

# sign NAME: notes the time in the bucket.
sign() {
  date -u +%FT%TZ > "$home/$1"
  cloud_put "$home/$1" "$signs/$1"
}

# signed NAME: when it was noted, in seconds since 1970; 0: never. Fails when the bucket could not be read.
signed() {
  local code=0
  cloud_changed "$signs/$1" || code=$?
  case $code in 0) ;; 1) echo 0 ;; *) return 2 ;; esac
}

# Sends the alarm's metric: 1 when the last run failed, or none has succeeded for too long; otherwise 0.
report() {
  local succeeded failed since newest value=0
  if ! { succeeded=$(signed succeeded) && failed=$(signed failed) && since=$(signed since); }; then
    echo "pipeline: the bucket could not be read, so nothing is reported" >&2
    return 1
  fi
  newest=$((succeeded > since ? succeeded : since))
  if [ "$failed" -gt "$succeeded" ]; then
    value=1
    echo "pipeline: the last run failed" >&2
  elif [ $(($(date +%s) - newest)) -gt $((PIPELINE_MAX_AGE_HOURS * 3600)) ]; then
    value=1
    echo "pipeline: no run has succeeded for $PIPELINE_MAX_AGE_HOURS hours" >&2
  fi
  cloud_signal Failed "$value"
}

# Whether this is a start of the schedule: PIPELINE_CLOCK, or twelve hours from it.
is_scheduled_start() {
  local now clock
  now=$(($(date -u +%s) / 60))
  clock=$((10#${PIPELINE_CLOCK%:*} * 60 + 10#${PIPELINE_CLOCK#*:}))
  [ $(((now - clock + 1440) % 720)) -lt "$margin" ]
}

# Whether a run is going, or the timer starts one soon.
is_due() {
  local next
  [ "$(systemctl is-active pipeline.service)" != activating ] || return 0
  next=$(systemctl show pipeline.timer --property NextElapseUSecRealtime --value)
  [ -n "$next" ] && [ $(($(date -d "$next" +%s) - $(date +%s))) -lt $((margin * 60)) ]
}

# Reports; a VM that was started only for this stops again.
check() {
  report || true
  if [ "$STOP_WHEN_DONE" = true ] && is_scheduled_start && ! is_due && bash /opt/vm.d/40-tracking.sh wanted; then cloud_stop; fi
}

# The VM has started. A user or a workflow that starts it wants a run now; the schedule leaves that to the timer.
started() {
  if is_scheduled_start; then
    echo "pipeline: started by the schedule; pipeline.timer decides"
  else
    systemctl start --no-block pipeline.service
  fi
}

# The image that the bucket names by its digest; otherwise the one of infra/. Another repository than that one is refused.
choose_image() {
  local code=0 chosen name=${IMAGE%@*}
  cloud_get "$signs/image" "$home/image" || code=$?
  [ "$code" != 1 ] || return 0
  [ "$code" = 0 ] || {
    echo "pipeline: $signs/image could not be read, so it is not known which image to run" >&2
    return 1
  }
  case ${name##*/} in *:*) name=${name%:*} ;; esac
  chosen=$(head -n 1 "$home/image")
  if ! [[ $chosen =~ ^[A-Za-z0-9./_:-]+@sha256:[0-9a-f]{64}$ ]] || [ "${chosen%@*}" != "$name" ]; then
    echo "pipeline: $signs/image names \"$chosen\"; it has to be \"$name@sha256:\" and 64 hexadecimal digits" >&2
    return 1
  fi
  IMAGE=$chosen
}

# The folder /work of the pipeline: what earlier runs left, also on a VM before this one, and the settings of this image.
prepare_work() {
  local code=0
  if ! work=$(docker volume inspect --format '{{.Mountpoint}}' pipeline 2>/dev/null); then
    docker volume create pipeline >/dev/null
    work=$(docker volume inspect --format '{{.Mountpoint}}' pipeline)
    cloud_get "$signs/work.tar.gz" "$home/work.tar.gz" || code=$?
    if [ "$code" -gt 1 ]; then
      docker volume rm pipeline >/dev/null
      echo "pipeline: $signs/work.tar.gz could not be read; without it a run would begin anew" >&2
      return 1
    fi
    [ "$code" = 1 ] || tar -C "$work" -xzf "$home/work.tar.gz"
  fi
  bring_settings
  chown "$(docker image inspect --format '{{.Config.User}}' "$IMAGE")" "$work"
  # An image has no uv, and no git to commit dvc.lock to.
  if [ -e "$work/pipeline.yaml" ]; then sed -i 's/^write_dvc_lock: true/write_dvc_lock: false/' "$work/pipeline.yaml"; fi
}

# The settings of the image that differ from those of the image before it. What a run wrote into one of them stays, such as
# the frozen holdout in gate.yaml, until an image brings another version of this file.
bring_settings() {
  local before=$work/.image new=$home/settings file
  docker rm --force pipeline-settings >/dev/null 2>&1 || true
  docker create --name pipeline-settings "$IMAGE" >/dev/null
  rm -rf "$new"
  mkdir -p "$new" "$before"
  docker cp --archive pipeline-settings:/work/. "$new"
  docker rm pipeline-settings >/dev/null
  (cd "$before" && find . -type f) | while IFS= read -r file; do [ -e "$new/$file" ] || rm -f "$work/$file"; done
  (
    cd "$new"
    find . -type f | while IFS= read -r file; do cmp --quiet "$file" "$before/$file" || cp --archive --parents "$file" "$work"; done
  )
  rm -rf "$before"
  cp --archive "$new" "$before"
}

# Records, reports and models to the results of this run; everything for the next run, on whichever VM.
keep_work() {
  local part
  for part in pipeline reports models decisions promotions; do
    [ ! -d "$work/$part" ] || cloud_put "$work/$part" "$results/$part" || return
  done
  tar -C "$work" -czf "$home/work.tar.gz" . || return
  cloud_put "$home/work.tar.gz" "$signs/work.tar.gz" || return
  rm "$home/work.tar.gz"
}

finish() {
  local work
  docker rm --force pipeline >/dev/null 2>&1
  if work=$(docker volume inspect --format '{{.Mountpoint}}' pipeline 2>/dev/null) && ! keep_work; then
    echo "pipeline: what the run made could not be brought to the bucket; it is in $work until the next run" >&2
    [ "$code" != 0 ] || code=74 # as sysexits.h calls an error of input or output
  fi
  echo "pipeline: exit code $code, image $IMAGE, results in $results"
  journalctl --unit pipeline --boot --no-pager > /run/pipeline.log
  cloud_put /run/pipeline.log "$results/pipeline.log"
  if [ "$code" = 0 ]; then sign succeeded; else sign failed; fi
  report
  if [ "$STOP_WHEN_DONE" = true ]; then cloud_stop; fi
  exit "$code"
}

attempt() {
  cloud_login
  docker pull --quiet "$IMAGE"
  prepare_work
  (
    umask 077
    cloud_environment > /run/pipeline.env
    find /etc/training/env.d -name '*.env' -exec cat {} + >> /run/pipeline.env
  )
  options=(--rm --name pipeline --read-only --tmpfs /tmp --cap-drop=all --security-opt=no-new-privileges
    --volume pipeline:/work --env-file /run/pipeline.env
    --env "RUN_PROVIDER=$PROVIDER" --env "RUN_REGION=$REGION" --env "RUN_INSTANCE_TYPE=$INSTANCE_TYPE" --env "RUN_IMAGE=$IMAGE")
  if [ "$GPU" = true ]; then options+=(--gpus all); fi
  timeout --signal=INT --kill-after=60 "${MAX_HOURS}h" docker run "${options[@]}" "$IMAGE" \
    python -m churn.mlops.pipeline.run --trigger timer
}

run_pipeline() {
  exec 8> /run/pipeline.lock
  flock --nonblock 8 || {
    echo "pipeline: another run is going" >&2
    exit 2
  }
  results=runs/$(date -u +%Y%m%dT%H%M%SZ)
  code=0
  choose_image || code=$?
  # Not by a trap: in a trap, "return" gives the exit code from before it. A shutdown ends the attempt only.
  set +e
  trap : TERM
  if [ "$code" = 0 ]; then
    (set -e && attempt)
    code=$?
  fi
  finish
}

case ${1:-} in
run | check | started)
  # shellcheck source=/dev/null
  . /opt/vm.d/10-cloud.sh functions
  # shellcheck source=/dev/null
  . /opt/vm.d/20-signal.sh functions
  if [ "$1" = run ]; then run_pipeline; else "$1"; fi ;;
*) install_units ;;
esac
