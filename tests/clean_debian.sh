#!/bin/bash
# Does a fresh Debian, with nothing but this checkout, trace and pass the tests?
#
#	sudo tests/clean_debian.sh [--keep] [FOLDER]
#
# Makes a minimal Debian 12 by debootstrap in a temporary folder (or uses FOLDER, kept for the next
# time), copies the files of the work tree that git knows or would add, runs `./run -- ls -l` twice
# and ./test there, and says how long each took. The mirror is the one of this machine. The folder
# shares this machine's kernel, so what the kernel permits here is what it permits there.
set -e
top=$(dirname "$(dirname "$(readlink -f "$0")")")

keep=
if [ "$1" = --keep ]; then
	keep=1
	shift
fi
root=$1
if [ -z "$root" ]; then
	root=$(mktemp -d /var/tmp/renacer-debian.XXXXXX)
	chmod 755 "$root" # it becomes / for users without privilege too
else
	keep=1
	mkdir -p "$root"
fi
[ "$(id -u)" = 0 ] || { echo "needs root, for debootstrap" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "needs debootstrap" >&2; exit 1; }

cleanup()
{
	for dir in sys/kernel/tracing sys dev/pts dev/shm dev proc; do
		mountpoint -q "$root/$dir" && umount -l "$root/$dir"
	done
	[ -n "$keep" ] || rm -rf --one-file-system "$root"
}
trap cleanup EXIT

times=()

# timed NAME CMD...
timed()
{
	local start=$EPOCHREALTIME status=0
	"${@:2}" || status=$?
	times+=("$(awk -v name="$1" -v a="$EPOCHREALTIME" -v b="$start" -v status=$status \
		'BEGIN { printf "%-28s %6.1f s, status %d", name, a - b, status }')")
	return $status
}

inside()
{
	# the environment of a login, not of whoever runs this
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		TERM=dumb ${http_proxy:+http_proxy="$http_proxy"} \
		chroot "$root" sh -c "cd /root/renacer && $1"
}

if [ ! -e "$root/etc/debian_version" ]; then
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 == "bookworm" { print $1; exit }')
	timed debootstrap debootstrap --variant=minbase bookworm "$root" "$mirror"
fi

for dir in proc sys dev dev/pts dev/shm; do
	mount --bind "/$dir" "$root/$dir"
done
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp -L /etc/hosts "$root/etc/hosts"

rm -rf "$root/root/renacer"
mkdir -p "$root/root/renacer"
(cd "$top" && git ls-files -z --cached --others --exclude-standard |
	tar --null --ignore-failed-read -T - -cf -) | tar -xf - -C "$root/root/renacer"

status=0
timed 'first ./run -- ls -l' inside './run -- ls -l' || status=1
timed 'second ./run -- ls -l' inside './run -- ls -l >/dev/null' || status=1
timed './test' inside './test' || status=1
printf '%s\n' "${times[@]}"
exit $status
