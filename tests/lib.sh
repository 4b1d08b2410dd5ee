# Set-up shared by tests/try, tests/check and tests/bench/run: install what the
# build needs, build, and lay the programs out as an installation would.
# Sourced by bash; the caller sets `set -u`. Never starts a system daemon and
# never touches the machine's own Postfix.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${SEKISHO_BUILD:-$top/build}
jobs=$(nproc 2>/dev/null || echo 2)
export PYTHONDONTWRITEBYTECODE=1

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	c_bold=$'\e[1m' c_dim=$'\e[2m' c_good=$'\e[32m' c_bad=$'\e[31m'
	c_head=$'\e[36m' c_off=$'\e[0m'
else
	c_bold='' c_dim='' c_good='' c_bad='' c_head='' c_off=''
fi

say() {
	printf '%s==>%s %s%s%s\n' "$c_head" "$c_off" "$c_bold" "$*" "$c_off"
}

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

may_be_root() {
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null
}

# sudo passes on what tells the sanitizers, and apt, how to behave.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif may_be_root; then
		sudo --preserve-env="DEBIAN_FRONTEND,ASAN_OPTIONS,UBSAN_OPTIONS" \
		    "$@"
	else
		die "needs root (or sudo) for: $*"
	fi
}

# Runs a long command with its output in a log; on a terminal the last line of
# the log stands under the cursor meanwhile. Shows the log's end on failure.
quietly() {
	local what=$1 log=$2 pid rc began=$SECONDS last
	shift 2
	say "$what"
	"$@" </dev/null >"$log" 2>&1 &
	pid=$!
	while [ -t 1 ] && kill -0 $pid 2>/dev/null; do
		last=$(tail -n 1 "$log" 2>/dev/null |
		    tr -cd '[:print:]' | cut -c -70)
		printf '\r\e[K%s    %s%s' "$c_dim" "$last" "$c_off"
		sleep 0.3
	done
	wait $pid
	rc=$?
	[ ! -t 1 ] || printf '\r\e[K'
	if [ $rc -ne 0 ]; then
		tail -n 60 "$log" >&2
		die "$what failed (whole log: $log)"
	fi
	printf '    %s(%d s)%s\n' "$c_dim" $((SECONDS - began)) "$c_off"
}

install_dependencies() {
	usable_folders
	if command -v dpkg-checkbuilddeps >/dev/null &&
	    (cd "$top" && dpkg-checkbuilddeps 2>/dev/null); then
		return 0
	fi
	command -v apt-get >/dev/null || die 'needs Debian 12 (or its packages)'
	(install_quietly) || exit 1
}

# configure and make take no such folders; say so before anything is installed.
usable_folders() {
	local path
	for path in "$top" "$build"; do
		case $path in
		*[[:space:]:\"\'\`\#\$\&\\=%\;\*]*)
			die "a build needs a folder without blanks or signs," \
			    "not '$path'" ;;
		esac
	done
}

# Packages that come with a daemon (postfix, opendkim, dovecot) must not start
# it: the tests bring up private ones on loopback. The policy that says so goes
# again however this ends.
install_quietly() {
	local policy=/usr/sbin/policy-rc.d log=$build/apt.log
	may_be_root || die 'build dependencies are missing; as root:' \
	    "cd $top && apt-get build-dep ./"
	if [ ! -e $policy ]; then
		trap "as_root rm -f $policy" EXIT
		trap 'exit 130' INT TERM
		printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
		as_root chmod 755 $policy
	fi
	export DEBIAN_FRONTEND=noninteractive
	quietly 'Reading the package lists' "$log" as_root apt-get update
	quietly 'Installing what the build and the tests need' "$log" \
	    install_packages
}

install_packages() {
	cd "$top" && as_root apt-get -o DPkg::Lock::Timeout=300 build-dep -y \
	    --no-install-recommends ./
}

# build_in DIR [configure options]: out of tree, incremental.
build_in() {
	local dir=$1
	shift
	mkdir -p "$dir"
	if [ ! -x "$top/configure" ] ||
	    [ "$top/configure.ac" -nt "$top/configure" ]; then
		quietly 'Preparing the build (autoreconf)' \
		    "$dir/autoreconf.log" autoreconf -fi "$top"
	fi
	# configure refuses a second folder while the source folder has a build.
	if [ -e "$top/config.status" ]; then
		quietly "Clearing the build in $top (make distclean)" \
		    "$dir/distclean.log" make -C "$top" distclean
	fi
	if [ ! -e "$dir/config.status" ] ||
	    [ "$top/configure" -nt "$dir/config.status" ]; then
		quietly "Configuring in $dir" "$dir/configure.log" \
		    configure_in "$dir" "$@"
	fi
	quietly 'Building' "$dir/make.log" make -C "$dir" -j"$jobs"
}

# In CI warnings are errors; a user's newer compiler may warn of more.
configure_in() {
	cd "$1" && shift && "$top/configure" --enable-test-clock \
	    ${CI:+--enable-werror} "CFLAGS=${CFLAGS:--g -O2}" "$@"
}

# stage DIR: the programs and their data where any user can run them, laid out
# so that the tests may run them as several users.
stage() {
	local from=$1 to=$2
	mkdir -p "$to/libexec" "$to/share"
	chmod 755 "$to" "$to/libexec" "$to/share"
	install -m 755 "$from/src/sekishod/sekishod" "$from/src/cli/sekisho" \
	    "$from/sekisho-milterd" "$to/"
	install -m 755 "$from/sekisho-reader" "$from/sekisho-keyd" \
	    "$to/libexec/"
	cp -r "$top/templates" "$top/policies" "$to/share/"
	chmod -R a+rX "$to/share"
}
