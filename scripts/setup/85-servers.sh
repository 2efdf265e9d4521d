#!/usr/bin/env bash
# The servers the probes are tested against; the tests start and end their own.
source "$(dirname "$0")/../lib/step.sh"

PATH="$PATH:/usr/sbin"
command -v prometheus >/dev/null && command -v redis-server >/dev/null &&
    command -v mariadbd >/dev/null && command -v dnsmasq >/dev/null &&
    command -v aiosmtpd >/dev/null && command -v dovecot >/dev/null && exit 0
say "Installing Prometheus, Redis, MariaDB, dnsmasq, aiosmtpd and Dovecot for the tests"
apt_install "prometheus, redis-server, mariadbd, dnsmasq, aiosmtpd and dovecot" \
    prometheus redis-server mariadb-server-core mariadb-client-core dnsmasq-base python3-aiosmtpd dovecot-imapd
