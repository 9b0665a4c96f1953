# Shell functions for run, test and .ci/run: a configured build folder, quietly. Needs $top.

# Runs a command; its output is shown only when it fails.
quietly()
{
	quiet_log=$(mktemp)
	if "$@" >"$quiet_log" 2>&1 </dev/null; then
		rm -f "$quiet_log"
	else
		echo "failed: $*"
		cat "$quiet_log"
		rm -f "$quiet_log"
		return 1
	fi
}

# build_dir DIR "PACKAGE SETS" [MESON OPTION...]: installs packages, configures. Options are for
# a folder not configured yet, but for -Dprefix, which is always applied.
build_dir()
{
	dir=$1
	installed=$("$top/tools/install_deps.sh" $2)
	shift 2
	if [ ! -f "$dir/build.ninja" ]; then
		[ -n "$installed" ] && echo "building in $dir"
		quietly meson setup "$dir" "$top" "$@"
		return
	fi
	case $1 in
	-Dprefix=*) quietly meson configure "$dir" "$1" ;;
	esac
	# what was not found before may be there now; a compiler check's answer is kept otherwise
	if [ -n "$installed" ]; then
		quietly meson setup --wipe "$dir" "$top"
	fi
}

# build_targets DIR TARGET...: two at once must not write the same objects
build_targets()
{
	dir=$1
	shift
	quietly flock "$dir/.lock" ninja -C "$dir" "$@"
}
