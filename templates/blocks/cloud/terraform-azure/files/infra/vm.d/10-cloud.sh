#!/bin/bash
# Azure as functions, which have the same names on every cloud; read by the other scripts. With "install": brings docker.
# curl and Python's json are all it needs: the VM's own identity gives it a token for each service.
set -euo pipefail
# shellcheck source=/dev/null
. /etc/training/vm.env

metadata=http://169.254.169.254/metadata
blobs=https://$STORAGE.blob.core.windows.net/$CONTAINER

# read_json KEY…: a value of the JSON on standard input.
read_json() {
  python3 -c 'import functools, json, sys; print(functools.reduce(lambda a, b: a[b], sys.argv[1:], json.load(sys.stdin)))' "$@"
}

# cloud_token SERVICE: a token that says to the service who the VM is.
cloud_token() {
  curl --silent --show-error --fail --retry 5 --header Metadata:true \
    "$metadata/identity/oauth2/token?api-version=2018-02-01&client_id=$IDENTITY&resource=$1" | read_json access_token
}

# storage CURL-OPTIONS: a request to the blob storage. The token goes by standard input, not by the command line.
storage() {
  local token
  token=$(cloud_token https://storage.azure.com/) || return
  printf 'Authorization: Bearer %s\nx-ms-version: 2023-11-03\n' "$token" |
    curl --silent --show-error --fail --retry 3 --header @- "$@"
}

# The image's registry lets the VM in.
cloud_login() {
  local registry=${IMAGE%%/*} token
  case $registry in
  *.azurecr.io)
    token=$(cloud_token https://management.azure.com/) || return
    printf 'grant_type=access_token&service=%s&tenant=%s&access_token=%s' "$registry" "$TENANT" "$token" |
      curl --silent --show-error --fail --data @- "https://$registry/oauth2/exchange" | read_json refresh_token |
      docker login --username 00000000-0000-0000-0000-000000000000 --password-stdin "$registry" ;;
  esac
}

# cloud_put FILE-OR-FOLDER KEY: to the storage.
cloud_put() {
  local file key
  if [ -d "$1" ]; then
    find "$1" -type f -printf '%P\n' | while IFS= read -r file; do cloud_put "$1/$file" "$2/$file" || exit; done
  else
    key=$(encode "$2") || return
    storage --request PUT --upload-file "$1" --header x-ms-blob-type:BlockBlob "$blobs/$key"
  fi
}

# encode PATH: as an address spells it.
encode() {
  python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$1"
}

# look_up COMMAND…: runs curl or what calls it. Returns 1 when the cloud says that there is no such thing, 2 when it could not be read.
look_up() {
  local said
  said=$("$@" --write-out '\n%{http_code}') || case $said in *404) return 1 ;; *) return 2 ;; esac
  printf '%s\n' "${said%$'\n'*}"
}

# cloud_get KEY FILE: from the storage, the whole file or none. Returns 1 when there is no such object, 2 when it could not be read.
cloud_get() {
  local key
  key=$(encode "$1") || return 2
  look_up storage --output "$2.part" "$blobs/$key" >/dev/null || return
  mv "$2.part" "$2"
}

# cloud_changed KEY: when the object was written, in seconds since 1970. Fails like cloud_get.
cloud_changed() {
  local key time
  key=$(encode "$1") || return 2
  time=$(look_up storage --head "$blobs/$key") || return
  time=$(tr -d '\r' <<< "$time" | sed -n 's/^[Ll]ast-[Mm]odified: //p')
  [ -n "$time" ] || return 2 # without a time, date would give the last midnight
  date -d "$time" +%s
}

# cloud_secret NAME: a secret of the key vault. Fails like cloud_get.
cloud_secret() {
  local secret
  secret=$(look_up vault "https://$VAULT.vault.azure.net/secrets/$1?api-version=7.4") || return
  read_json value <<< "$secret"
}

# vault CURL-OPTIONS: a request to the key vault.
vault() {
  local token
  token=$(cloud_token https://vault.azure.net) || return
  printf 'Authorization: Bearer %s\n' "$token" | curl --silent --show-error --fail --retry 3 --header @- "$@"
}

# Lines NAME=value: the secret env, which is not there until somebody writes it.
cloud_environment() {
  echo "AZURE_CLIENT_ID=$IDENTITY"
  cloud_secret env || {
    [ $? = 1 ] || return 2 # a training without its keys would fail later, or do something else
    echo "The key vault $VAULT has no secret env." >&2
  }
}

# The address of the tracking server's database.
cloud_tracking_database() {
  cloud_secret tracking-database
}

# A deallocated VM costs its disk and its address; one that only shuts down costs all.
cloud_stop() {
  local id token
  id=$(curl --silent --show-error --fail --retry 5 --header Metadata:true "$metadata/instance/compute/resourceId?api-version=2021-02-01&format=text")
  token=$(cloud_token https://management.azure.com/)
  printf 'Authorization: Bearer %s\n' "$token" |
    curl --silent --show-error --fail --retry 5 --header @- --data '' "https://management.azure.com$id/deallocate?api-version=2024-07-01"
}

# cloud_install PACKAGE…: over HTTPS, the only way out.
cloud_install() {
  find /etc/apt -type f \( -name '*.list' -o -name '*.sources' \) -exec sed -i 's|http://debian-archive.trafficmanager.net|https://deb.debian.org|; s|http://|https://|' {} +
  find /etc/apt -type d -name mirrors -exec sh -c 'sed -i "s|http://debian-archive.trafficmanager.net|https://deb.debian.org|; s|http://|https://|" "$1"/*' _ {} \;
  apt-get update --quiet
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@"
}

if [ "${1:-}" = install ]; then
  command -v docker >/dev/null || cloud_install docker.io
  systemctl enable --now docker
fi
