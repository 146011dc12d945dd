#!/bin/sh
# Install tocsin from the wheels beside this script, without a network.
#
#   ./install.sh DIRECTORY [PYTHON]      as ./install.sh /opt/tocsin python3.12
set -eu

where=${1:-}
python=${2:-python3}
if [ -z "$where" ]; then
  echo "usage: $0 DIRECTORY [PYTHON]" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)

# A wheel that was changed on its way is not installed.
(cd "$here" && sha256sum --check --quiet SHA256SUMS) || {
  echo "$here does not match SHA256SUMS: fetch the archive again" >&2
  exit 4
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "$python is older than Python 3.11; name another: $0 $where PYTHON" >&2
  exit 1
}
"$python" -m venv "$where"
"$where/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \
  --find-links "$here/wheels" "tocsin[serve,postgres,nats,figures]" || {
  echo "these wheels do not fit $("$python" --version): take an archive made for it" >&2
  exit 1
}
"$where/bin/tocsin" --version
echo "installed: $where/bin/tocsin (try: $where/bin/tocsin doctor)"
