#!/usr/bin/env bash
# The daemon while the clock on the wall jumps a year forwards and back again (libfaketime; the clock that timers go by
# is left alone): what is published is told within seconds, once, and a jump brings no burst of polls.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

skip() { printf 'SKIPPED: tests/clock.sh: %s\n' "$1"; exit 0; }
command -v python3 >/dev/null || skip 'no python3 here'
library=$(find /usr/lib /usr/local/lib -name 'libfaketimeMT.so.1' 2>/dev/null | head -n 1)
[[ -n $library ]] || skip 'no libfaketime here (Debian: apt-get install faketime)'

[[ -n ${STORYWATCH:-} ]] || cargo build --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "${STORYWATCH:-target/debug/storywatch}" "$library" "$work" <<'PYTHON'
import email, email.policy, http.server, os, pathlib, subprocess, sys, threading, time

program, library, work = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
items, polls = [], []

class Outlet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        polls.append(time.monotonic())
        entries = "".join(f"<item><guid>{n}</guid><title>{title}</title><link>http://outlet.example/{n}</link>"
                          f"<description>{text}</description></item>" for n, (title, text) in enumerate(items))
        body = f"<rss version='2.0'><channel><title>o</title>{entries}</channel></rss>".encode()
        self.send_response(200); self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Outlet)
threading.Thread(target=server.serve_forever, daemon=True).start()
config = work / "storywatch.toml"
config.write_text(f'''[storage]
path = "storywatch.db"
[polling]
allow_networks = ["127.0.0.0/8"]
min_interval = "1s"
[web]
listen = ""
[mail]
from = "alerts@desk.example"
smtp = "maildir://{work}/mail"
[[feed]]
url = "http://127.0.0.1:{server.server_port}/feed"
every = "2s"
[[watch]]
name = "zebra"
any = ["zebra"]
notify = ["desk"]
[watch.alert]
wait = "0s"
[recipient.desk]
email = ["desk@desk.example"]
''')
config.chmod(0o600)
offset = work / "offset"
offset.write_text("+0")
daemon = subprocess.Popen([program, "-c", str(config), "run"], stderr=open(work / "log", "w"), env={
    **os.environ, "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"})

def until(what, is_so, seconds=40):
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline or daemon.poll() is not None:
            sys.exit(f"FAILED: {what}\n{(work / 'log').read_text()[-3000:]}")
        time.sleep(0.1)

def told():
    texts = []
    for file in (work / "mail" / "new").glob("*"):
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        texts.append(mail.get_body(("plain",)).get_content())
    return texts

words = {"Alpha": "quarry swallow tenancy brigade oxbow lantern", "Bravo": "velvet magnet orchard ferment chisel dynamo",
         "Charlie": "glacier trumpet bobbin parsnip viaduct kelp", "Delta": "saddle monsoon barley cobalt thimble gorge"}
until("the baseline", lambda: len(polls) >= 2)
for name, jump in [("Alpha", "+0"), ("Bravo", "+365d"), ("Charlie", "+0"), ("Delta", "-365d")]:
    before = time.monotonic()
    offset.write_text(jump)
    time.sleep(6)
    burst = len([at for at in polls if before <= at < before + 6])
    items.append((f"{name} zebra {words[name]}", " and ".join(reversed(words[name].split()))))
    published = time.monotonic()
    until(f"{name} is told at {jump}", lambda: any(f"{name} zebra" in text for text in told()))
    print(f"clock {jump:>5}: {burst} polls in the 6 s after the jump, told {time.monotonic() - published:.1f} s after it "
          "was published")
    if not 1 <= burst <= 5:
        sys.exit(f"FAILED: {burst} polls\n{(work / 'log').read_text()[-3000:]}")
time.sleep(5)
for name in words:
    count = sum(f"{name} zebra" in text for text in told())
    if count != 1:
        sys.exit(f"FAILED: {name} was told {count} times")
daemon.terminate()
if daemon.wait(20) != 0:
    sys.exit("FAILED: it did not end well")
print("ok: a year forwards and back, each story told once")
PYTHON
