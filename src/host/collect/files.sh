# The files of Bulkhead, and those that change what its files say, as lines "SUM MODE OWNER PATH". SUM is the start of the SHA-256; the content stays here. A
# file that can contain a password has "-" as its sum: an attacker who has the rest of a file could find a short password by its sum.

# Prints the regular files. A pattern without a file stays as it is.
host_files() {
  for file in /etc/bulkhead/* /etc/docker/daemon.json /etc/sysctl.d/99-bulkhead.conf /etc/modules-load.d/bulkhead.conf /etc/audit/rules.d/50-bulkhead.rules \
    /etc/systemd/network/05-bulkhead.network /etc/NetworkManager/conf.d/90-bulkhead.conf /etc/systemd/system/bulkhead-* \
    /etc/systemd/system/docker.service.d/* /usr/local/sbin/bulkhead-* /run/bulkhead/stamp-*; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done
}

can_hold_password() { grep -qiE '://[^/@[:space:]]*@|proxies|https?[-_]proxy|passw|secret *=|token *=' "$1"; }

file_lines() {
  host_files | while read -r file; do
    case $file in
      # Its first line is a plain number that names the daemon; whether it is there is what counts.
      /run/*) sum=- ;;
      /usr/local/sbin/* | /etc/bulkhead/*) sum=$(sha256sum <"$file" | cut -c 1-12) || exit 1 ;;
      *) if can_hold_password "$file"; then sum=-; else sum=$(sha256sum <"$file" | cut -c 1-12) || exit 1; fi ;;
    esac
    printf '%s %s %s\n' "$sum" "$(stat -c '%a %U:%G' "$file")" "$file" || exit 1
  done
}

files_text() {
  if program sha256sum && program stat; then text files 'sums of files' file_lines; else missing files 'sha256sum or stat is not on this host'; fi
}
