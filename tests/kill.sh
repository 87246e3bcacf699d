#!/bin/sh
# kill -9 of the daemon at random moments under load, fifty times or as often as the first argument says; prints the
# figures: stories published, deliveries, lost, repeated under the same identity.
set -eu
cd "$(dirname "$0")/.."
STORYWATCH_KILLS="${1:-50}" cargo test --quiet --test it kill:: -- --nocapture
