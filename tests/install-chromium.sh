#!/bin/sh
# The browser tests need a Chromium. As root on Debian it is installed; otherwise the command is printed, and make stops.
set -eu
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
else
    echo "Für die Browsertests fehlt Chromium. Bitte einmal ausführen: sudo apt-get install chromium" >&2
    exit 1
fi
