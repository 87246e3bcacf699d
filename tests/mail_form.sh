#!/usr/bin/env bash
# Ten thousand mails made from hostile text (alerts, follow-ups, digests, notices), read by parsers that are not ours: Python's `email` (policy strict, no
# defect), its HTML parser (nothing active, every link http or https), and where it is installed SpamAssassin's rules
# about form (none may fire).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
count=${1:-10000}

skip() { printf 'SKIPPED: tests/mail_form.sh: %s\n' "$1"; exit 0; }
command -v python3 >/dev/null || skip 'no python3 here'

cargo build --quiet --example hostile_messages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target/debug/examples/hostile_messages mails "$count" >"$work/mails"
python3 - "$count" "$work" <<'PYTHON'
import email, email.policy, html.parser, json, sys
from email.header import decode_header, make_header

count, work = int(sys.argv[1]), sys.argv[2]
common = {"from", "to", "date", "subject", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post",
          "auto-submitted", "x-auto-response-suppress", "storywatch-event", "mime-version", "content-type"}
alert = common | {"storywatch-watch", "storywatch-story", "storywatch-outlets", "storywatch-priority"}
expected = {"alert": alert, "follow-up": alert | {"in-reply-to", "references"},
            "digest": common | {"storywatch-digest", "storywatch-stories"}, "notice": common}
bidi = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

class Active(html.parser.HTMLParser):
    void = {"meta", "br"}
    allowed = {"html", "head", "meta", "title", "style", "body", "div", "p", "h1", "h2", "h3", "strong", "a", "br", "ul", "li",
               "blockquote", "mark", "del", "ins"}
    def __init__(self):
        super().__init__(); self.found = []
    def handle_starttag(self, tag, attributes):
        if tag not in self.allowed:
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "srcdoc", "srcset", "background", "action", "formaction"):
                self.found.append(f"{tag} {name}")
            if name == "href" and not (value or "").startswith(("http://", "https://")):
                self.found.append(f"href {value}")
            if name == "style" and ("url(" in value or "expression" in value):
                self.found.append(value)

def fail(number, why, mail):
    sys.exit(f"mail {number}: {why}\n{mail[:3000]!r}")

with open(f"{work}/mails", "rb") as file:
    for number in range(count):
        length = int(file.readline()); kind = json.loads(file.readline()); raw = file.read(length)
        try:
            mail = email.message_from_bytes(raw, policy=email.policy.strict)
            names = [name.lower() for name in mail.keys()]
            if set(names) != expected[kind] or len(set(names)) != len(names):
                fail(number, f"headers {sorted(names)}", raw)
            for part in mail.walk():
                if part.defects:
                    fail(number, part.defects, raw)
            for name, value in mail.items():
                if getattr(value, "defects", ()):
                    fail(number, f"{name}: {value.defects}", raw)
        except Exception as error:
            fail(number, repr(error), raw)
        if [a.addr_spec for a in mail["To"].addresses] != ["desk@storywatch.test"]:
            fail(number, mail["To"], raw)
        subject = str(make_header(decode_header(mail["Subject"])))
        if len(subject) > 200 or any(ord(c) < 32 or c in bidi for c in subject):
            fail(number, f"subject {subject!r}", raw)
        if max(map(len, raw.split(b"\r\n"))) > 998 or b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b""):
            fail(number, "lines", raw)
        text = mail.get_body(("plain",)).get_content()
        body = mail.get_body(("html",)).get_content()
        for part in (text.replace("\r\n", "\n"), body.replace("\r\n", "\n")):
            if any((ord(c) < 32 and c not in "\n") or c in bidi for c in part):
                fail(number, "control or bidi characters", raw)
        active = Active(); active.feed(body); active.close()
        if active.found:
            fail(number, f"active HTML: {active.found}", raw)
        if len(body.encode()) > 90_000:
            fail(number, f"{len(body.encode())} bytes of HTML", raw)
        if number < 40:
            with open(f"{work}/{number}.eml", "wb") as out:
                out.write(raw)
print(f"ok: {count} mails of hostile text, without a defect to Python's email parser and without active HTML")
PYTHON

if ! command -v spamassassin >/dev/null; then
    printf 'SKIPPED: no SpamAssassin here (Debian: apt-get install spamassassin)\n'
    exit 0
fi
# Rules about form; what speaks of the missing journey through mail servers and of words is not ours to change.
form='MIME_|HTML_(?!MESSAGE)|MISSING_(?!HEADERS\b)|INVALID_|BAD_|BASE64|SUBJ_ILLEGAL|FROM_ILLEGAL|HEAD_ILLEGAL|HEAD_LONG|CTE_|MPART|BLANK_LINES|WEIRD_|UNCLOSED|TVD_SPACE|CHARSET|LONG_TERM|OBFUSCATED|MSGID|DATE_'
for mail in "$work"/*.eml; do
    # Made with a date of its own: it arrives at that time.
    printf 'Received: from storywatch.test (localhost [127.0.0.1]) by mx.storywatch.test; %s\r\n' \
        "$(sed -n 's/^Date: //p' "$mail" | tr -d '\r' | head -n 1)" |
        cat - "$mail" | spamassassin --local --test-mode 2>/dev/null | grep -oP '^ *-?\d+\.\d+ \K[A-Z0-9_]+' || true
done | sort | uniq -c | sort -rn >"$work/rules"
cat "$work/rules"
fired=$(grep -P " ($form)" "$work/rules" || true)
[[ -z $fired ]] || { printf 'FAILED: rules about form fired:\n%s\n' "$fired" >&2; exit 1; }
echo 'ok: no rule of SpamAssassin about form fires on 40 of them'
