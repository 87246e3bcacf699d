#!/usr/bin/env bash
# A thousand webhooks full of odd text, verified by the Python package `standardwebhooks`, which is not ours: each by
# the new key, by the old one, and refused by a wrong key, for another body, and when replayed after five minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
count=${1:-1000}

skip() { printf 'SKIPPED: tests/webhook_signature.sh: %s\n' "$1"; exit 0; }
command -v python3 >/dev/null || skip 'no python3 here'
python3 -c 'import standardwebhooks' 2>/dev/null || skip 'no standardwebhooks here (pip install standardwebhooks)'

cargo build --quiet --example hostile_messages
python3 - "$count" target/debug/examples/hostile_messages <<'PYTHON'
import http.server, subprocess, sys, threading
from datetime import datetime, timedelta, timezone
from standardwebhooks import Webhook, WebhookVerificationError

count, program = int(sys.argv[1]), sys.argv[2]
new = Webhook("whsec_TkVXLUtFWS1ORVctS0VZLU5FVy1LRVktTkVX")
old = Webhook("whsec_T0xELUtFWS1PTEQtS0VZLU9MRC1LRVktT0xE")
wrong = Webhook("whsec_V1JPTkctS0VZLVdST05HLUtFWS1XUk9ORy1LRVk=")
calls = []

class Sink(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        calls.append((dict((k.lower(), v) for k, v in self.headers.items()), body))
        self.send_response(204); self.end_headers()
    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
threading.Thread(target=server.serve_forever, daemon=True).start()
subprocess.run([program, "hooks", str(count), f"http://127.0.0.1:{server.server_port}/in"], check=True)

def refused(hook, body, headers):
    try:
        hook.verify(body, headers)
    except WebhookVerificationError:
        return True
    return False

largest, verified = 0, 0
for headers, body in calls:
    text = body.decode("utf-8")
    largest = max(largest, len(body))
    assert set(new.verify(text, headers)) == {"type", "timestamp", "data"}, text
    old.verify(text, headers)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert refused(wrong, text, headers)
    assert refused(new, text.replace("data", "date", 1), headers)
    stale = str(int(headers["webhook-timestamp"]) - 301)
    moment = datetime.fromtimestamp(int(stale), timezone.utc)
    signed = new.sign(headers["webhook-id"], moment, text)
    assert refused(new, text, {**headers, "webhook-timestamp": stale, "webhook-signature": signed}), "a replay"
    verified += 1
assert verified == count, (verified, count)
assert len({headers["webhook-id"] for headers, _ in calls}) == count
assert largest < 20_000, largest
print(f"ok: {verified} webhooks verified by standardwebhooks under both keys; the largest has {largest} bytes")
PYTHON
