#!/bin/sh
# extension/install.sh PG_CONFIG LIBRARY [DESTDIR]: put control file, extension script and library where
# the server of PG_CONFIG looks for them.
#
# Each file is written beside its place and then renamed: a running server has the old library mapped,
# and one that is overwritten in place takes every backend down. Sessions keep the library that they
# have loaded; new ones take the new one.
set -eu
[ $# -ge 2 ] || { echo "usage: $0 PG_CONFIG LIBRARY [DESTDIR]" >&2; exit 2; }
pg_config=$1 library=$2 destdir=${3:-}
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$root/extension/howdah.control")
libdir=$destdir$("$pg_config" --pkglibdir)
extdir=$destdir$("$pg_config" --sharedir)/extension

put() { # SOURCE DIRECTORY NAME MODE
    if cmp -s "$1" "$2/$3"; then return; fi
    rm -f "$2/.$3.new"
    cp "$1" "$2/.$3.new"
    chmod "$4" "$2/.$3.new"
    mv -f "$2/.$3.new" "$2/$3"
    echo "installed $2/$3"
}

script=$(mktemp)
trap 'rm -f "$script"' EXIT
"$root/sql/assemble" >"$script"
mkdir -p "$libdir" "$extdir"
# The library first: until the control file names the new version, nothing asks for its new functions.
put "$library" "$libdir" howdah.so 0755
put "$script" "$extdir" "howdah--$version.sql" 0644
for release in "$root"/sql/releases/howdah--*.sql; do
    [ -f "$release" ] || continue
    put "$release" "$extdir" "$(basename "$release")" 0644
    from=$(basename "$release" .sql)
    from=${from#howdah--}
    # From each of them straight to this version.
    "$root/sql/upgrade" "$from" "$script"
    put "$script" "$extdir" "howdah--$from--$version.sql" 0644
done
put "$root/extension/howdah.control" "$extdir" howdah.control 0644
