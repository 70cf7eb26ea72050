#!/bin/bash
# Stops the VM after IDLE_MINUTES in which nothing trained, no one was logged in and no one used the tracking server.
set -euo pipefail
stamp=/run/last-busy

install_timer() {
  cat > /etc/systemd/system/idle-stop.service <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/bash /opt/vm.d/60-idle-stop.sh look
UNIT
  cat > /etc/systemd/system/idle-stop.timer <<'UNIT'
[Timer]
OnBootSec=1min
OnUnitActiveSec=1min

[Install]
WantedBy=timers.target
UNIT
  systemctl daemon-reload
  systemctl enable --now idle-stop.timer
}

is_busy() {
  [[ $(systemctl is-active training.service pipeline.service) = *activating* ]] || # a oneshot service that runs
    [ -n "$(who)" ] ||
    pgrep --full 'ssm-session-worker|sshd: .*@' >/dev/null ||
    [ -n "$(ss --no-header --tcp state established sport = :5000)" ]
}

look() {
  # shellcheck source=/dev/null
  . /opt/vm.d/10-cloud.sh functions
  if [ "$IDLE_MINUTES" = 0 ]; then return; fi
  if [ ! -e "$stamp" ] || is_busy; then
    touch "$stamp"
  elif [ $(($(date +%s) - $(stat --format %Y "$stamp"))) -ge $((IDLE_MINUTES * 60)) ]; then
    echo "idle-stop: nothing for $IDLE_MINUTES minutes"
    cloud_stop
  fi
}

if [ "${1:-}" = look ]; then look; else install_timer; fi
