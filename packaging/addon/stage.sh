#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the folder that the Supervisor builds: stage.sh FOLDER, on Home Assistant's machine /addons/ouroboard.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: packaging/addon/stage.sh FOLDER}
mkdir -p "$folder"
cp -R "$here/." "$folder/"
git -C "$here/../.." archive --format=tar.gz -o "$(cd "$folder" && pwd)/source.tar.gz" HEAD
echo "Staged in $folder. In Home Assistant: Settings, Add-ons, Add-on store, menu, Check for updates."
