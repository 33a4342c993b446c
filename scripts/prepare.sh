# Sourced by the two commands of the README: goes to the project, checks Node, installs the npm packages that the lock file names.
cd "$(dirname "$0")/.." || exit 1
if ! command -v node >/dev/null 2>&1; then
  echo 'Node.js 20.9 or later is missing; install it from your distribution or from nodejs.org' >&2
  exit 1
fi
node -e 'const [a, b] = process.versions.node.split(".").map(Number); if (a < 20 || (a === 20 && b < 9)) { console.error(`Node.js ${process.versions.node} is too old; 20.9 or later is needed`); process.exit(1); }' || exit 1
# npm keeps a list beside what it installed; a newer lock file of ours means that something is missing, unless it is the one that was installed from: in a
# copy of the checkout all times are new.
if [ ! -e node_modules/.package-lock.json ] || {
  [ package-lock.json -nt node_modules/.package-lock.json ] && ! cmp -s package-lock.json node_modules/.installed-package-lock.json
}; then
  echo 'installing npm packages (once)'
  npm ci --no-audit --no-fund --loglevel=error || exit 1
  touch node_modules/.package-lock.json
  cp package-lock.json node_modules/.installed-package-lock.json
fi
