#!/usr/bin/env bash
# A local TimescaleDB for development and tests, on 127.0.0.1 only.
#
#   start    starts it, installing it first where needed; the last line of output is its JDBC URL
#   stop     stops it; its data stay
#   status   version and JDBC URL, exit 0; exit 3 when it does not run
#
# Where it comes from, the first that works: a running Docker; this Debian's or Ubuntu's own package; a private root of
# the Debian release that has the package, made by debootstrap from the mirror this machine's apt uses. The server of a
# private root runs by chroot, without mounts, so that nothing is left behind when it is killed.
#
#   FIELDWATCH_TIMESCALEDB_PORT   port wanted, default 54320; the next free one is taken and remembered
set -euo pipefail
umask 022

readonly state="${XDG_CACHE_HOME:-${HOME:?is not set}/.cache}/fieldwatch/timescaledb"
readonly container=fieldwatch-timescaledb
readonly image=timescale/timescaledb:latest-pg17
readonly private_suite=trixie
readonly private_packages=postgresql-17,postgresql-17-timescaledb
readonly home_in_root=/var/lib/fieldwatch-timescaledb # data, socket and log of a server that is not in Docker
readonly settings=(
  shared_preload_libraries=timescaledb
  timescaledb.telemetry_level=off
  timescaledb.max_background_workers=8
  max_worker_processes=24
  max_connections=100
  shared_buffers=256MB
  max_wal_size=4GB
  fsync=on
  synchronous_commit=on
)

say() { printf 'timescaledb: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

main() {
  case "${1:-}" in
    start) start ;;
    stop) stop ;;
    status) status ;;
    *)
      echo "usage: fieldwatch timescaledb start|stop|status" >&2
      exit 2
      ;;
  esac
}

# ---- commands

start() {
  local how=""
  mkdir -p "$state"
  how=$(recorded how)
  if [ "$how" != docker ] && { [ -n "$how" ] || ! docker_runs; }; then
    elevate start
  fi
  take_turn
  how=$(recorded how) # the one before us may have started it
  if [ -n "$how" ] && "running_$how"; then
    url
    return
  fi
  if docker_runs && start_docker; then
    record how docker
  else
    elevate start # Docker is there but could not start it
    choose_root
    start_server
  fi
  give_back
  say "ready on port $(recorded port)"
  url
}

stop() {
  local how
  how=$(recorded how)
  [ -n "$how" ] || return 0
  if [ "$how" != docker ]; then
    elevate stop
  fi
  take_turn
  if ! "running_$how"; then
    say "was not running"
  elif [ "$how" = docker ]; then
    docker stop -t 30 "$container" >/dev/null
    say "stopped"
  else
    choose_recorded_root "$how"
    in_root pg_ctl stop -s -D "$home_in_root/data" -m fast -t 30 \
      || in_root pg_ctl stop -s -D "$home_in_root/data" -m immediate -t 30
    say "stopped"
  fi
}

status() {
  local how
  how=$(recorded how)
  if [ -n "$how" ] && [ "$how" != docker ]; then
    elevate status
  fi
  if [ -z "$how" ] || ! "running_$how"; then
    say "not running"
    exit 3
  fi
  version "$how"
  url
}

# ---- what is remembered between calls

recorded() {
  if [ -f "$state/$1" ]; then
    cat "$state/$1"
  fi
}

# The password is in there: for its owner only, and never half written.
record() {
  (umask 077 && printf '%s\n' "$2" >"$state/$1.new")
  mv "$state/$1.new" "$state/$1"
}

# What sudo's root has written belongs to the one who asked.
give_back() {
  if [ -n "${SUDO_UID:-}" ] && [ "$(id -u)" = 0 ]; then
    chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$state" "$state"/{how,port,password,lock}
  fi
}

url() {
  printf 'jdbc:postgresql://127.0.0.1:%s/fieldwatch?user=fieldwatch&password=%s\n' \
    "$(recorded port)" "$(recorded password)"
}

ensure_password() {
  if [ -z "$(recorded password)" ]; then
    record password "$(od -An -N18 -tx1 /dev/urandom | tr -d ' \n')"
  fi
}

# One start or stop at a time; the server must not inherit the lock, so whatever starts it closes descriptor 9.
take_turn() {
  [ -e "$state/lock" ] || : >>"$state/lock"
  exec 9<"$state/lock"
  flock -w 900 9 || die "another start has held $state/lock for 15 minutes"
}

ensure_port() {
  local port=${FIELDWATCH_TIMESCALEDB_PORT:-$(recorded port)} last
  port=${port:-54320}
  [[ "$port" =~ ^[0-9]{1,5}$ ]] || die "FIELDWATCH_TIMESCALEDB_PORT is '$port', but must be a port number"
  for ((last = port + 100; port < last; port++)); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      record port "$port"
      return
    fi
    say "port $port is taken"
  done
  die "no free port; set FIELDWATCH_TIMESCALEDB_PORT"
}

# ---- Docker

docker_runs() {
  command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1
}

running_docker() {
  docker_runs && [ "$(docker inspect -f '{{.State.Running}}' "$container" 2>/dev/null)" = true ] \
    && docker exec "$container" pg_isready -q -h 127.0.0.1 -U fieldwatch -d fieldwatch 9<&-
}

start_docker() {
  local setting options=()
  if [ "$(recorded how)" = docker ] && docker start "$container" >/dev/null 2>&1; then
    await_docker && return
  fi
  say "starting $image in Docker"
  docker rm -f "$container" >/dev/null 2>&1 || true
  ensure_password
  ensure_port
  for setting in "${settings[@]}"; do
    options+=(-c "$setting")
  done
  POSTGRES_PASSWORD=$(recorded password) docker run -d --name "$container" --shm-size=256m \
    -p "127.0.0.1:$(recorded port):5432" -e POSTGRES_PASSWORD -e POSTGRES_USER=fieldwatch -e POSTGRES_DB=fieldwatch \
    -e TIMESCALEDB_TELEMETRY=off "$image" postgres "${options[@]}" >&2 9<&- || return 1
  await_docker
}

# The image starts its server once without TCP to set itself up, so only an answer over TCP counts.
await_docker() {
  local i
  for ((i = 0; i < 120; i++)); do
    if running_docker; then
      return 0
    fi
    sleep 0.5
  done
  say "the container does not answer; see: docker logs $container"
  return 1
}

# ---- a server under a root directory: "/" for the machine's own package, else a private one

# shellcheck disable=SC2317 # called by name, "running_$how"
running_host() { running_under /; }
# shellcheck disable=SC2317
running_private() { running_under "$state/root"; }

# shellcheck disable=SC2317
# A process id alone proves nothing after a crash or a reboot: the process must also work in this data directory.
running_under() {
  local data="${1%/}$home_in_root/data" pid
  pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 1
  [[ "$pid" =~ ^[0-9]+$ ]] && [ "/proc/$pid/cwd" -ef "$data" ]
}

choose_recorded_root() {
  if [ "$1" = host ]; then
    use_root /
  else
    use_root "$state/root"
  fi
}

choose_root() {
  if [ ! -d "$state/root" ] && host_package; then
    use_root /
    record how host
  else
    ensure_private_root
    use_root "$state/root"
    record how private
  fi
}

use_root() {
  root=$1
  owner=$(awk -F: '$1 == "postgres" { print $3 ":" $4 }' "$root/etc/passwd")
  [ -n "$owner" ] || die "$root has no user postgres"
  bin=$(dirname "$(find "$root/usr/lib/postgresql" -path '*/bin/postgres' | sort -V | tail -n 1)")
  bin=/${bin#"$root"}
  bin=${bin/#\/\//\/}
}

# Runs one of PostgreSQL's programs as its user, with nothing of the caller's environment, terminal or descriptors.
in_root() {
  local program=$1
  shift
  env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 TZ=UTC \
    "$(command -v chroot || echo /usr/sbin/chroot)" --userspec="$owner" --groups="${owner#*:}" "$root" \
    "$bin/$program" "$@" 9<&-
}

sql() {
  in_root psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$home_in_root" -p "$(recorded port)" -U fieldwatch -d "$1"
}

start_server() {
  local home="${root%/}$home_in_root" setting
  ensure_password
  if [ ! -f "$home/data/PG_VERSION" ]; then
    init_server "$home"
  fi
  clear_remains "$home"
  ensure_port
  {
    echo "# Written by fieldwatch at every start."
    for setting in "${settings[@]}"; do
      echo "${setting%%=*} = '${setting#*=}'"
    done
    echo "port = $(recorded port)"
    echo "listen_addresses = '127.0.0.1'"
    echo "unix_socket_directories = '$home_in_root'"
    echo "unix_socket_permissions = 0700"
    echo "dynamic_shared_memory_type = sysv" # a chroot has no /dev/shm
  } >"$home/fieldwatch.conf"
  if ! in_root pg_ctl start -s -w -t 120 -D "$home_in_root/data" -l "$home_in_root/server.log" </dev/null >&2; then
    tail -n 8 "$home/server.log" >&2
    die "the server did not start; its log is $home/server.log"
  fi
  set_up_database
}

# A cluster is made beside and renamed, so that an interrupted start leaves none that is half made.
init_server() {
  local home=$1
  say "making a database cluster in $home"
  mkdir -p "$home"
  rm -rf "$home/data.partial"
  chown "$owner" "$home"
  chmod 700 "$home"
  (umask 077 && recorded password >"$home/password")
  chown "$owner" "$home/password"
  in_root initdb -D "$home_in_root/data.partial" -U fieldwatch --pwfile="$home_in_root/password" -E UTF8 \
    --locale=C.UTF-8 --auth-host=scram-sha-256 --auth-local=trust >"$home/initdb.log" 2>&1 \
    || { cat "$home/initdb.log" >&2 && die "initdb failed"; }
  rm "$home/password"
  echo "include = '$home_in_root/fieldwatch.conf'" >>"$home/data.partial/postgresql.conf"
  mv "$home/data.partial" "$home/data"
}

# After kill -9 of the server its children live on for a moment, and PostgreSQL rightly refuses to start beside them.
# The lock files it leaves name a process that may be anybody's by now, or a zombie where nobody reaps: PostgreSQL would
# refuse for ever. Once no process works in the data directory they mean nothing.
clear_remains() {
  local home=$1 i
  for ((i = 0; i < 100; i++)); do
    if [ -z "$(workers_in "$home/data")" ]; then
      break
    fi
    sleep 0.1
  done
  if ((i == 100)); then
    say "ending what a killed server has left"
    workers_in "$home/data" | xargs -r kill -9
    sleep 1
  fi
  rm -f "$home/data/postmaster.pid" "$home"/.s.PGSQL.*
}

workers_in() {
  local process
  for process in /proc/[0-9]*; do
    if [ "$process/cwd" -ef "$1" ]; then
      echo "${process#/proc/}"
    fi
  done
}

# Local connections need no password because only the server's own user can reach the socket.
set_up_database() {
  sql postgres <<SQL
ALTER ROLE fieldwatch LOGIN SUPERUSER CREATEDB PASSWORD '$(recorded password)';
SELECT 'CREATE DATABASE fieldwatch' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'fieldwatch') \gexec
SQL
  sql fieldwatch <<<"SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS timescaledb"
}

version() {
  local question="SELECT 'TimescaleDB ' || extversion || ' (' || current_setting('timescaledb.license')
    || ') on PostgreSQL ' || current_setting('server_version') FROM pg_extension WHERE extname = 'timescaledb'"
  if [ "$1" = docker ]; then
    docker exec "$container" psql -X -A -t -U fieldwatch -d fieldwatch -c "$question"
  else
    choose_recorded_root "$1"
    sql fieldwatch <<<"$question"
  fi
}

# ---- the machine's own package

# Whether this release has the package; installs it when it is not there yet.
host_package() {
  local package version once=/etc/postgresql-common/createcluster.d/fieldwatch.conf
  command -v apt-get >/dev/null || return 1
  if [ -z "$(host_candidates)" ] && ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
    say "reading the package lists"
    apt-get update -q >&2
  fi
  package=$(host_candidates | tail -n 1)
  [ -n "$package" ] || return 1
  if ! dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii'; then
    say "installing $package"
    version=${package#postgresql-}
    version=${version%-timescaledb}
    # Our cluster is our own: Debian's must not be made and started beside it because of us.
    mkdir -p "${once%/*}"
    echo "create_main_cluster = false" >"$once"
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
      "postgresql-$version" "$package" >&2 9<&-; then
      rm -f "$once"
      return 1
    fi
    rm -f "$once"
  fi
}

host_candidates() {
  apt-cache search --names-only '^postgresql-[0-9]+-timescaledb$' 2>/dev/null | awk '{ print $1 }' | sort -V
}

# ---- a private root

ensure_private_root() {
  local partial="$state/root.partial" mirror
  if [ -d "$state/root" ]; then
    return
  fi
  ensure_debootstrap
  import_apt_proxy
  while read -r mirror; do
    say "making a private root with TimescaleDB in $state/root (once, about a minute)"
    remove_root "$partial"
    if bootstrap "$partial" "$mirror"; then
      # Not needed: what was downloaded, and the cluster Debian's package makes.
      rm -rf "$partial"/var/cache/apt/archives/*.deb "$partial"/var/lib/apt/lists/* "$partial"/var/lib/postgresql/*/main
      mv "$partial" "$state/root"
      return
    fi
    tail -n 3 "$state/debootstrap.log" >&2
  done < <(mirrors)
  die "no mirror in this machine's apt sources has $private_suite with $private_packages; add one to" \
    "/etc/apt/sources.list, or start Docker"
}

ensure_debootstrap() {
  PATH=$PATH:/usr/sbin:/sbin
  if command -v debootstrap >/dev/null; then
    return
  fi
  command -v apt-get >/dev/null || die "debootstrap is missing; install it, or start Docker"
  say "installing debootstrap"
  { apt-get install -y -q debootstrap || { apt-get update -q && apt-get install -y -q debootstrap; }; } >&2 9<&-
}

# In a mount namespace of its own where that is allowed, so that an interrupted run leaves no mounts.
bootstrap() {
  local apart=()
  if unshare --mount true 2>/dev/null; then
    apart=(unshare --mount)
  fi
  "${apart[@]}" debootstrap --variant=minbase --include="$private_packages" "$private_suite" "$1" "$2" \
    >"$state/debootstrap.log" 2>&1 </dev/null 9<&-
}

remove_root() {
  local mounted
  while read -r mounted; do
    umount -l "$mounted"
  done < <(awk -v under="$1/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
  rm -rf --one-file-system "$1"
}

# The mirrors from which this machine's apt takes the main section of the running release; most likely ones first.
mirrors() {
  local codename found
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  found=$(apt_sources | awk -v suite="$codename" '$2 == suite && / main( |$)/ { print $1 }' | mirror_addresses)
  {
    grep -E '/debian/?$' <<<"$found" || true
    grep -vE '/debian/?$' <<<"$found" || true
  } | awk 'NF && !seen[$0]++'
}

# "URI suite component …", a line for each, from both forms of apt's sources.
apt_sources() {
  local files=()
  mapfile -t files < <(compgen -G '/etc/apt/sources.list'; compgen -G '/etc/apt/sources.list.d/*.list')
  if [ ${#files[@]} -gt 0 ]; then
    sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^#]*).*/\2/p' "${files[@]}"
  fi
  mapfile -t files < <(compgen -G '/etc/apt/sources.list.d/*.sources')
  if [ ${#files[@]} -gt 0 ]; then
    awk '
      function flush(u, s, i, j, n, m) {
        if (types ~ /(^| )deb( |$)/ && enabled !~ /^(no|false|off|0)$/) {
          n = split(uris, u, " "); m = split(suites, s, " ")
          for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print u[i], s[j], components
        }
        types = uris = suites = components = enabled = key = ""
      }
      FNR == 1 { flush() }
      /^#/ { next }
      /^[[:space:]]*$/ { flush(); next }
      /^[^[:space:]]/ { key = tolower($0); sub(/:.*/, "", key); sub(/^[^:]*:/, "") }
      {
        gsub(/[[:space:]]+/, " ")
        if (key == "types") types = types $0
        if (key == "uris") uris = uris $0
        if (key == "suites") suites = suites $0
        if (key == "components") components = components $0
        if (key == "enabled") { enabled = tolower($0); gsub(/ /, "", enabled) }
      }
      END { flush() }' "${files[@]}"
  fi
}

# Keeps what debootstrap can read; a list of mirrors in a file is replaced by its lines.
mirror_addresses() {
  local address
  while read -r address; do
    case "$address" in
      http://* | https://* | file:/*) echo "$address" ;;
      mirror+file:/*) awk '/^(https?|file):/ { print $1 }' "${address#mirror+file:}" 2>/dev/null || true ;;
    esac
  done
}

# debootstrap does not read apt's configuration.
import_apt_proxy() {
  local apt_proxy=""
  command -v apt-config >/dev/null || return 0
  eval "$(apt-config shell apt_proxy Acquire::http::Proxy)"
  if [ -n "$apt_proxy" ] && [ -z "${http_proxy:-}" ]; then
    export http_proxy="$apt_proxy"
  fi
}

# ---- becoming root: chroot, apt-get and debootstrap need it. (A user namespace does not do: debootstrap makes device
# nodes, which no namespace may.)

elevate() {
  local self keep
  if [ "$(id -u)" = 0 ]; then
    return
  fi
  self=$(readlink -f "${BASH_SOURCE[0]}")
  keep=(HOME="$HOME" XDG_CACHE_HOME="${XDG_CACHE_HOME:-$HOME/.cache}" PATH="$PATH:/usr/sbin:/sbin")
  if [ -n "${FIELDWATCH_TIMESCALEDB_PORT:-}" ]; then
    keep+=(FIELDWATCH_TIMESCALEDB_PORT="$FIELDWATCH_TIMESCALEDB_PORT")
  fi
  if sudo -n true 2>/dev/null; then
    exec sudo -n env "${keep[@]}" bash "$self" "$1"
  fi
  die "this needs root or Docker: run it as root, or run 'sudo -v' first so that sudo does not ask, or start Docker" \
    "and let this user reach it"
}

main "$@"; exit # in one line: this file may be replaced while it runs
