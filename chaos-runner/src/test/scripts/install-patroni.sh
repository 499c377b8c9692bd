#!/bin/sh
# Installs what PatroniIntegrationTests need, as root on Debian or Ubuntu; otherwise says what is missing.
set -eu

installed() {
  command -v patroni >/dev/null && command -v etcd >/dev/null && ls /usr/lib/postgresql/*/bin/pg_rewind >/dev/null 2>&1
}

if installed; then
  exit 0
fi
packages="patroni etcd-server postgresql"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Patroni, etcd or PostgreSQL's server are not installed. On Debian, as root: apt-get install -y $packages" >&2
  exit 1
fi
# The tests start servers of their own; those of the packages are not to be started.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get update
# shellcheck disable=SC2086 # several words
DEBIAN_FRONTEND=noninteractive apt-get install -y $packages
