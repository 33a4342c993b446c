line_end='
'

# Whether $2 is a line of $1, or one begins with $2/. No other program is asked: of one that fails, nothing may be taken for "no" here.
lists() {
  case $line_end$1$line_end in *"$line_end$2$line_end"* | *"$line_end$2/"*) return 0 ;; esac
  return 1
}
