#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the pinned MicroPython source into a folder: cmake/fetch_micropython.sh FOLDER
#
# It comes from the source package of a Debian stable suite, through the mirror that this machine already uses and a
# private apt configuration, so that the system's own sources stay as they are. The checksum below decides, not the
# mirror.
set -euo pipefail

suite=trixie
package=micropython
version=1.25.0+ds-1
tarball=micropython_1.25.0+ds.orig.tar.xz
sha256=7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea

target=$1
if [[ -f $target/py/mpconfig.h ]]; then exit 0; fi

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck disable=SC2016 # apt-get fills these in
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 ~ /\/debian\/?$/ { print $1; exit }')
if [[ -z $mirror ]]; then
    echo "This machine's apt sources name no Debian mirror to fetch MicroPython $version from." >&2
    echo "What to try: unpack a MicroPython 1.25 to 1.27 source tree and build with -DMICROPYTHON_DIR=FOLDER." >&2
    exit 1
fi

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$(dirname "$target")/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"
echo "deb-src [signed-by=$keyring] $mirror $suite main" > "$work/sources.list"
cat > "$work/apt.conf" <<CONFIGURATION
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$work/lists";
Dir::Cache "$work/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Retries "3";
CONFIGURATION
export APT_CONFIG=$work/apt.conf
apt-get -q --error-on=any update
(cd "$work" && apt-get -q source --download-only --only-source "$package=$version")
echo "$sha256  $work/$tarball" | sha256sum --check --quiet
tar -C "$work/source" --strip-components=1 -xf "$work/$tarball"
rm -rf "$target"
mv "$work/source" "$target"
echo "MicroPython $version is in $target"
