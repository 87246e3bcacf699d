#!/bin/sh
# kill -9 of the daemon at random moments under load, fifty times or as often as the first argument says; prints the
# figures: stories published; for mail and for webhooks the deliveries, those lost, those repeated under the same
# identity. A thousand take half an hour.
set -eu
cd "$(dirname "$0")/.."
STORYWATCH_KILLS="${1:-50}" cargo test --release --quiet --test it kill:: -- --nocapture
