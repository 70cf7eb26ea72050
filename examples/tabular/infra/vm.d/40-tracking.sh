#!/bin/bash
# A tracking server (MLflow) that runs while the VM runs. Who starts the VM only to look says so by the object vm/look.
set -euo pipefail
home=/var/lib/tracking
address=$(ip -4 -o addr show docker0 2>/dev/null | grep -oP '(?<=inet )[0-9.]+' || echo 172.17.0.1)

install_server() {
  # A training waits for the server, and does not run when somebody wants to look: vm/look is younger than 15 minutes.
  mkdir -p /etc/systemd/system/training.service.d
  cat > /etc/systemd/system/training.service.d/look.conf <<'UNIT'
[Unit]
After=tracking.service

[Service]
ExecCondition=/bin/bash /opt/vm.d/40-tracking.sh wanted
UNIT
  # shellcheck source=/dev/null
  . /etc/training/vm.env
  if [ "$TRACKING_SERVER" = true ]; then enable_server; fi
  systemctl daemon-reload
}

enable_server() {
  useradd --system --home-dir "$home" --create-home --shell /usr/sbin/nologin tracking 2>/dev/null || true
  # shellcheck disable=SC1091,SC2086 # the file is on the VM only; a list of packages is split into words
  (. /opt/vm.d/10-cloud.sh functions && cloud_install $TRACKING_SYSTEM_PACKAGES)
  python3.11 -m venv /opt/tracking
  # shellcheck disable=SC2086 # a list of packages is split into words
  /opt/tracking/bin/pip install --quiet --only-binary :all: $TRACKING_PACKAGES
  cat > /etc/systemd/system/tracking.service <<'UNIT'
[Unit]
Description=MLflow tracking server
After=network-online.target docker.service
Wants=network-online.target

[Service]
ExecStartPre=+/bin/bash /opt/vm.d/40-tracking.sh prepare
ExecStart=/bin/bash /opt/vm.d/40-tracking.sh serve
ExecStartPost=+/bin/bash /opt/vm.d/40-tracking.sh wait
ExecStopPost=+/bin/bash /opt/vm.d/40-tracking.sh keep
User=tracking
Restart=on-failure
RestartSec=10
TimeoutStartSec=300
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ReadWritePaths=/var/lib/tracking

[Install]
WantedBy=multi-user.target
UNIT
  # The database is copied to the bucket every ten minutes too, for a VM that is taken away without a stop.
  cat > /etc/systemd/system/tracking-keep.service <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/bash /opt/vm.d/40-tracking.sh keep
UNIT
  cat > /etc/systemd/system/tracking-keep.timer <<'UNIT'
[Timer]
OnActiveSec=10min
OnUnitActiveSec=10min

[Install]
WantedBy=timers.target
UNIT
  systemctl daemon-reload
  systemctl enable tracking.service tracking-keep.timer
  systemctl start --no-block tracking.service tracking-keep.timer
}

# restore KEY FILE: brings a file back on a new VM. Returns 1 when there is none yet. Ends the start when the cloud does not
# answer: a new database or password would take the place of the good one in the bucket.
restore() {
  local code=0
  [ ! -s "$2" ] || return 0
  cloud_get "$1" "$2" || code=$?
  [ "$code" -gt 1 ] || return "$code"
  echo "tracking: $1 could not be read from the bucket; the server does not start, and systemd tries again" >&2
  exit 1
}

# The password is in the bucket before the server has it: users read it there.
make_password() {
  head -c 24 /dev/urandom | base64 | tr -d '\n=+/' > "$home/password.part"
  cloud_put "$home/password.part" vm/tracking/password || exit
  mv "$home/password.part" "$home/password"
}

# Root: brings the databases back on a new VM, makes secrets that never leave it, tells trainings where the server is.
prepare() {
  # shellcheck source=/dev/null
  . /opt/vm.d/10-cloud.sh functions
  mkdir -p "$home"
  for name in auth runs; do
    if [ "$name" = auth ] || [ "$TRACKING_DATABASE" = sqlite ]; then
      restore "vm/tracking/$name.db" "$home/$name.db" || true # there is none yet: the server makes it
    fi
  done
  umask 077
  [ -e "$home/secret" ] || head -c 32 /dev/urandom | base64 | tr -d '\n' > "$home/secret"
  restore vm/tracking/password "$home/password" || make_password
  password=$(cat "$home/password")
  if [ "$TRACKING_DATABASE" = postgres ]; then cloud_tracking_database > "$home/database"; else echo "sqlite:///$home/runs.db" > "$home/database"; fi
  cat > "$home/auth.ini" <<END
[mlflow]
default_permission = EDIT
database_uri = sqlite:///$home/auth.db
admin_username = admin
admin_password = $password
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
END
  chown -R tracking: "$home"
  cat > /etc/training/env.d/tracking.env <<END
MLFLOW_TRACKING_URI=http://$address:5000
MLFLOW_TRACKING_USERNAME=admin
MLFLOW_TRACKING_PASSWORD=$password
END
}

# No port of the VM is open from outside; containers reach the server over docker's bridge.
serve() {
  # shellcheck source=/dev/null
  . /etc/training/vm.env
  export MLFLOW_AUTH_CONFIG_PATH=$home/auth.ini DO_NOT_TRACK=true HOME=$home
  MLFLOW_FLASK_SERVER_SECRET_KEY=$(cat "$home/secret")
  database=$(cat "$home/database")
  export MLFLOW_FLASK_SERVER_SECRET_KEY
  # A database of an older MLflow, after TRACKING_PACKAGES moved.
  [ ! -s "$home/runs.db" ] || /opt/tracking/bin/mlflow db upgrade "$database"
  exec /opt/tracking/bin/mlflow server --app-name basic-auth --host 0.0.0.0 --port 5000 --workers 1 \
    --backend-store-uri "$database" --artifacts-destination "$ARTIFACTS/mlflow" \
    --allowed-hosts "localhost:*,127.0.0.1:*,$address:*"
}

wait_for_server() {
  for _ in $(seq 120); do
    ! curl --silent --fail --output /dev/null http://127.0.0.1:5000/health || return 0
    sleep 2
  done
  echo "tracking: the server does not answer" >&2
  return 1
}

# Whole copies, also while the server writes.
keep() {
  # shellcheck source=/dev/null
  . /opt/vm.d/10-cloud.sh functions
  for name in auth runs; do
    [ -e "$home/$name.db" ] || continue
    /opt/tracking/bin/python -c 'import sqlite3, sys; a, b = map(sqlite3.connect, sys.argv[1:]); a.backup(b)' "$home/$name.db" "/run/$name.db"
    cloud_put "/run/$name.db" "vm/tracking/$name.db"
    rm "/run/$name.db"
  done
}

# Exit code 0: train. 1: skip this start, somebody wants to look.
wanted() {
  # shellcheck source=/dev/null
  . /opt/vm.d/10-cloud.sh functions
  changed=$(cloud_changed vm/look) || {
    [ $? = 1 ] || echo "tracking: vm/look could not be read, so the training runs" >&2
    return 0
  }
  [ $(($(date +%s) - changed)) -gt 900 ]
}

case ${1:-} in
prepare | serve | keep | wanted) "$1" ;;
wait) wait_for_server ;;
*) install_server ;;
esac
