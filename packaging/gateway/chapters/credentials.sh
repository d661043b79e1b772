#!/bin/bash
# A certificate whose key only root may read comes by systemd's LoadCredential=, is shown to clients, and is renewed by a restart.
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
make() { # make NAME: a key and a certificate for that host, in $work
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
        -keyout "$work/$1.key" -out "$work/$1.chain" 2> /dev/null
}
give() { # give NAME: root's files are now those of that host
    put "$work/$1.chain" /etc/ssl/mail.pem
    put "$work/$1.key" /etc/ssl/private/mail.key
    G chmod 600 /etc/ssl/private/mail.key
}
shown() { # shown PORT: the certificate that a client is shown there, TLS first
    LAN python3 -c 'import ssl, sys; print(ssl.get_server_certificate(("192.168.50.1", int(sys.argv[1]))), end="")' "$1"
}
shows() { [ "$(shown "$2" | openssl x509 -noout -fingerprint -sha256)" = "$(openssl x509 -noout -fingerprint -sha256 -in "$work/$1.chain")" ]; }
make one.example
make two.example
give one.example
refute "the daemon's user may not read the key" G setpriv --reuid postern --clear-groups cat /etc/ssl/private/mail.key
G mkdir -p /etc/systemd/system/postern.service.d
G sh -c 'cat > /etc/systemd/system/postern.service.d/certificate.conf; systemctl daemon-reload' << 'U'
[Service]
LoadCredential=mail.chain:/etc/ssl/mail.pem
LoadCredential=mail.key:/etc/ssl/private/mail.key
U
prove "the daemon starts with the credentials" G systemctl restart postern.service
prove "the certificate has the credential's name" sh -c "'$gateway/gateway-exec.sh' $name postern certificate show mail | grep one.example"
G postern settings set smtp.certificate mail > /dev/null
G postern settings set mailbox.certificate mail > /dev/null
for port in 465 993 995; do within 2000 "clients are shown it on port $port" shows one.example "$port"; done
refute "an operator does not take away what systemd gives" G postern certificate remove mail
refute "its key is not among what the daemon keeps" sh -c "'$gateway/gateway-exec.sh' $name grep -qa -- \"\$(sed -n 5p '$work/one.example.key')\" /var/lib/postern/state.sqlite /var/lib/postern/state.sqlite-wal"
refute "nor in the journal" sh -c "'$gateway/gateway-exec.sh' $name journalctl --no-pager -q | grep -qF -- \"\$(sed -n 5p '$work/one.example.key')\""
steady given

give two.example
prove "renewed, it is shown after a restart" G systemctl restart postern.service
within 2000 "the new one, to every client" shows two.example 993
reboot_gateway
within 10000 "and after a reboot" shows two.example 465
steady renewed

G rm /etc/ssl/private/mail.key
G sh -c 'sed -i /mail.key/d /etc/systemd/system/postern.service.d/certificate.conf; systemctl daemon-reload; systemctl restart postern.service'
within 5000 "without its key the daemon serves what needs none" from_lan 143
prove "and the status says what is missing" sh -c "'$gateway/gateway-exec.sh' $name postern status | grep 'mail.key'"
G rm -r /etc/systemd/system/postern.service.d
G systemctl daemon-reload
G postern settings reset smtp.certificate > /dev/null
G postern settings reset mailbox.certificate > /dev/null
G systemctl restart postern.service
of_first_boot() { shown 465 | openssl x509 -noout -ext subjectAltName | grep -q 'DNS:gateway'; }
within 2000 "without credentials the certificate of the first boot is shown" of_first_boot
steady "taken back"
