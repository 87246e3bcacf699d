#!/usr/bin/env bash
# Mails of hostile titles, outlets, sentences, addresses and names of watches, as many as the first argument says, through
# real SMTP to aiosmtpd, which is not ours: each arrives once, byte for byte, for its one recipient, with the expected
# headers and no other, and so does nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
count=${1:-5000}

skip() { printf 'SKIPPED: tests/smtp_injection.sh: %s\n' "$1"; exit 0; }
command -v python3 >/dev/null || skip 'no python3 here'
python3 -c 'import aiosmtpd' 2>/dev/null || skip 'no aiosmtpd here (pip install aiosmtpd)'

cargo build --release --quiet --example hostile_messages
python3 - "$count" target/release/examples/hostile_messages <<'PYTHON'
import collections, email, email.parser, email.policy, hashlib, socket, subprocess, sys, time
from aiosmtpd.controller import Controller

count, program = int(sys.argv[1]), sys.argv[2]
expected = {"from", "to", "date", "subject", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post",
            "auto-submitted", "x-auto-response-suppress", "storywatch-watch", "storywatch-story", "storywatch-event",
            "storywatch-outlets", "storywatch-priority", "mime-version", "content-type"}
threads = {"in-reply-to", "references"}
parser = email.parser.BytesHeaderParser(policy=email.policy.compat32)
arrived, faults = collections.Counter(), []

class Sink:
    async def handle_DATA(self, server, session, envelope):
        raw = envelope.original_content
        head = parser.parsebytes(raw)
        names = [name.lower() for name in head.keys()]
        if envelope.mail_from != "alerts@storywatch.test" or envelope.rcpt_tos != ["desk@storywatch.test"]:
            faults.append(("envelope", envelope.mail_from, envelope.rcpt_tos))
        if len(set(names)) != len(names) or set(names) - threads != expected or head.defects:
            faults.append(("headers", sorted(names), head.defects))
        if head["To"] != "desk@storywatch.test" or any(ord(c) < 32 and c not in "\r\n\t" for c in str(head)):
            faults.append(("head", str(head)[:2000]))
        arrived[head["Message-ID"].strip("<>"), hashlib.sha256(raw).hexdigest()] += 1
        return "250 taken"

with socket.socket() as unused:
    unused.bind(("127.0.0.1", 0))
    port = unused.getsockname()[1]
sink = Controller(Sink(), hostname="127.0.0.1", port=port, data_size_limit=1 << 26)
sink.start()
started = time.monotonic()
ran = subprocess.run([program, "send", str(count), f"127.0.0.1:{port}"], check=True, capture_output=True, text=True)
seconds = time.monotonic() - started
sink.stop()
sent = collections.Counter(tuple(line.split(" ")) for line in ran.stdout.splitlines())
assert not faults, (len(faults), faults[:3])
assert sum(sent.values()) == count and sent == arrived, (sum(sent.values()), sum(arrived.values()))
print(f"ok: {count} mails of hostile text arrived once each, byte for byte, with no header and no recipient of their own, "
      f"in {seconds:.0f} s")
PYTHON
