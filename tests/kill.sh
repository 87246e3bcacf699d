#!/bin/sh
# kill -9 of the daemon at random moments under load, fifty times or as often as the first argument says; prints the
# figures: stories published; for mail and for webhooks the deliveries, those lost, those repeated under the same
# identity. A thousand take half an hour. The stream is a flood to the mail's recipient, who is told most of it by digests;
# `tests/kill.sh N singly` allows a mail for each alert.
set -eu
cd "$(dirname "$0")/.."
case "${2:-}" in
    '') ;;
    singly) export STORYWATCH_KILL_SINGLY=1 ;;
    *) printf 'tests/kill.sh [KILLS] [singly]\n' >&2; exit 2 ;;
esac
STORYWATCH_KILLS="${1:-50}" cargo test --release --quiet --test it kill:: -- --nocapture
