# The store: one file for each secret, whose first line says how the rest is stored. A file is the old one or the complete new one, whenever a run
# ends.

# Encrypted with a key of this host, in its TPM where it has one, and bound to the name.
encrypts() { command -v systemd-creds >/dev/null 2>&1; }

form_of() { head -n 1 "$1" 2>/dev/null; }

# Writes the value of secret $2 out of file $1.
value_of() {
  case $(form_of "$1") in
    encrypted) tail -n +2 "$1" | systemd-creds decrypt --name="$2" - - 2>"$work/said" ;;
    plain) tail -n +2 "$1" ;;
    *) return 1 ;;
  esac
}

# Keeps $work/value as secret $1.
keep() {
  new=$store/.new
  if encrypts; then
    { echo encrypted && systemd-creds encrypt --name="$1" - - <"$work/value" 2>"$work/said"; } >"$new" ||
      die "nothing was changed: systemd-creds does not encrypt on this host: $(head -n 1 "$work/said")"
  else
    { echo plain && cat "$work/value"; } >"$new"
  fi
  if ! { value_of "$new" "$1" >"$work/again" && cmp -s "$work/value" "$work/again"; }; then
    die 'nothing was changed: the new file does not read back'
  fi
  chmod 600 "$new"
  sync "$new"
  mv -fT "$new" "$store/$1"
  sync "$store"
}
