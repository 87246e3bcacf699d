#!/usr/bin/env bash
# One test alert through a real Postfix into a maildir, read back by Python's mail parser; then a first alert and its
# follow-up, which Dovecot must find to be one thread (IMAP THREAD=REFERENCES).
#
# Needs root (Postfix changes users), and the Debian packages postfix and python3; without them it says so and passes.
# The instance is a throwaway: its own configuration, queue, log and loopback port, all in one temporary directory.
#
#   tests/postfix.sh                      tries target/debug/storywatch
#   STORYWATCH=/usr/bin/storywatch tests/postfix.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
storywatch=${STORYWATCH:-target/debug/storywatch}
daemons=/usr/lib/postfix/sbin

skip() {
    printf 'SKIPPED: tests/postfix.sh: %s\n' "$1"
    exit 0
}

fail() {
    printf 'FAILED: tests/postfix.sh: %s\n' "$1" >&2
    [[ -f ${log:-} ]] && tail -n 40 "$log" >&2
    exit 1
}

[[ $(id -u) -eq 0 ]] || skip 'not root, which Postfix has to be started as'
[[ -x /usr/sbin/postfix && -d $daemons ]] || skip 'no Postfix here (Debian: apt-get install postfix)'
command -v python3 >/dev/null || skip 'no python3 here'
[[ -x $storywatch ]] || fail "$storywatch is not there; build it first"

work=$(mktemp -d)
etc=$work/etc
log=$work/postfix.log
# Postfix's own user has to get through to its queue.
chmod 755 "$work"

stop() {
    local status=$?
    [[ -f $work/dovecot/master.pid ]] && kill "$(cat "$work/dovecot/master.pid")"
    [[ -f $work/spool/pid/master.pid ]] && /usr/sbin/postfix -c "$etc" stop >/dev/null 2>&1
    rm -rf "$work"
    exit "$status"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
nobody=$(id -u nobody)
nogroup=$(id -g nobody)
mkdir -p "$etc" "$work/spool" "$work/data" "$work/mail"
chown postfix "$work/data"
chown "$nobody:$nogroup" "$work/mail"

cat >"$etc/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $work/spool
data_directory = $work/data
command_directory = /usr/sbin
daemon_directory = $daemons
maillog_file = $log
maillog_file_prefixes = $work
myhostname = mx.storywatch.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_tls_security_level = none
strict_rfc821_envelopes = yes
virtual_mailbox_domains = storywatch.test
virtual_mailbox_base = $work/mail
virtual_mailbox_maps = inline:{ { desk@storywatch.test = desk/ } }
virtual_uid_maps = static:$nobody
virtual_gid_maps = static:$nogroup
virtual_minimum_uid = 1
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
CONF

cat >"$etc/master.cf" <<CONF
127.0.0.1:$port inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
error     unix - - n - - error
retry     unix - - n - - error
proxymap  unix - - n - - proxymap
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
CONF

cat >"$work/storywatch.toml" <<CONF
[storage]
path = "$work/storywatch.db"

[mail]
from = '"Störywatch \"Test\"" <alerts@storywatch.test>'
smtp = "smtp://127.0.0.1:$port"

[[feed]]
url = "https://feeds.example.org/news.xml"

[[watch]]
name   = "locks"
any    = ["lock"]
notify = ["desk"]

[recipient.desk]
email = ["desk@storywatch.test"]
CONF

/usr/sbin/postfix -c "$etc" start >"$work/start.log" 2>&1 || fail "Postfix did not start: $(cat "$work/start.log")"
"$storywatch" -c "$work/storywatch.toml" send-test desk || fail 'send-test failed'

# Delivery is Postfix's next step after it has answered; it takes a moment.
for ((tries = 0; tries < 200; tries++)); do
    mails=("$work"/mail/desk/new/*)
    [[ -e ${mails[0]} ]] && break
    sleep 0.1
done
[[ -e ${mails[0]} ]] || fail 'no mail came through Postfix'
[[ ${#mails[@]} -eq 1 ]] || fail "${#mails[@]} mails came instead of one"

python3 - "${mails[0]}" <<'PYTHON' || fail 'the mail is not what it should be'
import email, email.policy, sys

with open(sys.argv[1], "rb") as file:
    raw = file.read()
mail = email.message_from_bytes(raw, policy=email.policy.strict)  # raises at any defect

def expect(name, got, wanted):
    if got != wanted:
        sys.exit(f"{name}: {got!r} instead of {wanted!r}")

for part in mail.walk():
    expect("defects", part.defects, [])
for name, value in mail.items():
    expect(f"defects of {name}", list(getattr(value, "defects", ())), [])
once = ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "X-Auto-Response-Suppress",
        "MIME-Version", "Content-Type", "Storywatch-Watch", "Storywatch-Story", "Storywatch-Event",
        "Storywatch-Outlets", "Storywatch-Priority")
for name in once:
    expect(f"count of {name}", len(mail.get_all(name, [])), 1)
added = {"return-path", "x-original-to", "delivered-to", "received"}
expect("other headers", {n.lower() for n in mail.keys()} - {n.lower() for n in once} - added, set())
expect("Return-Path", mail["Return-Path"], "<alerts@storywatch.test>")
expect("Delivered-To", mail["Delivered-To"], "desk@storywatch.test")
expect("From", mail["From"].addresses[0].display_name, 'Störywatch "Test"')
expect("To", mail["To"].addresses[0].addr_spec, "desk@storywatch.test")
expect("Auto-Submitted", mail["Auto-Submitted"], "auto-generated")
if "test" not in mail["Subject"].lower():
    sys.exit(f"the subject does not say that it is a test: {mail['Subject']}")
if not mail["Message-ID"].endswith("@storywatch.test>"):
    sys.exit(f"Message-ID is not ours: {mail['Message-ID']}")
expect("parts", [part.get_content_type() for part in mail.walk()], ["multipart/alternative", "text/plain", "text/html"])
text = mail.get_body(("plain",)).get_content()
if "\n-- \n" not in text or max(map(len, text.splitlines())) > 72:
    sys.exit(f"the text part is not laid out as it should be:\n{text}")
if "<mark" not in mail.get_body(("html",)).get_content():
    sys.exit("the HTML part marks no hit")
if max(map(len, raw.splitlines())) > 998:
    sys.exit("a line is longer than 998 octets")
PYTHON

echo 'ok: one test alert through Postfix, without a defect'

# A first alert and its follow-up, read back over IMAP: the server itself must find the thread.
[[ -x /usr/sbin/dovecot ]] || skip 'threads are not checked, there is no Dovecot here (Debian: dovecot-imapd)'
imap=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$storywatch" -c "$work/storywatch.toml" preview --part raw >"$work/first.eml"
"$storywatch" -c "$work/storywatch.toml" preview --part raw --follow-up >"$work/second.eml"
cat >"$work/dovecot.conf" <<CONF
base_dir = $work/dovecot
log_path = $work/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:$work/mail/desk
first_valid_uid = 1
first_valid_gid = 1
passdb {
  driver = static
  args = password=test
}
userdb {
  driver = static
  args = uid=$nobody gid=$nogroup home=$work/mail
}
service imap-login {
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = 0
  }
}
CONF
log=$work/dovecot.log
/usr/sbin/dovecot -c "$work/dovecot.conf" || fail 'Dovecot did not start'
python3 - "$port" "$imap" "$work" <<'PYTHON' || fail 'the thread is not what it should be'
import imaplib, smtplib, sys, time

smtp_port, imap_port, work = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
with smtplib.SMTP("127.0.0.1", smtp_port) as smtp:
    for name in ("first", "second"):
        with open(f"{work}/{name}.eml", "rb") as file:
            mail = file.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        smtp.sendmail("alerts@storywatch.test", ["desk@storywatch.test"], mail)
        time.sleep(0.5)
imap = imaplib.IMAP4("127.0.0.1", imap_port)
imap.login("desk", "test")
for _ in range(100):
    imap.select("INBOX")
    found = imap.search(None, "ALL")[1][0].split()
    if len(found) == 3:
        break
    time.sleep(0.1)
else:
    sys.exit(f"{len(found)} mails instead of three")
subjects = {number: imap.fetch(number, "(BODY[HEADER.FIELDS (SUBJECT)])")[1][0][1].decode().strip() for number in found}
pair = sorted(int(number) for number, subject in subjects.items() if "sea-locks" in subject)
threads = imap.thread("REFERENCES", "UTF-8", "ALL")[1][0].decode()
if f"({pair[0]} {pair[1]})" not in threads:
    sys.exit(f"{threads} does not hold ({pair[0]} {pair[1]}): {subjects}")
if any(len(line) > 998 for number in found for line in imap.fetch(number, "(BODY[])")[1][0][1].split(b"\r\n")):
    sys.exit("a line is too long")
imap.logout()
PYTHON
echo 'ok: Dovecot finds the follow-up in the thread of its first alert'
