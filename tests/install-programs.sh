#!/bin/sh
# The tests drive a real Chromium and put a real nginx in front. As root on Debian what is missing gets installed;
# otherwise the one command that does is printed, and make stops.
set -eu
missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="chromium"
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Für die Tests fehlt etwas. Bitte einmal ausführen: sudo apt-get install" $missing >&2
    exit 1
fi
