# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
need_mounts # and /proc of a process of its own
. "$ROOT/tests/lib/versus.sh"
plan "subtrees of /proc and /sys, where sizes are not true and reading may fail or never end, come out as with cp"

# A process whose entries in /proc nobody changes.
sleep 1000 &
victim=$!
at_end "kill $victim"

# side SIDE ARG...: copy into an empty SIDE.tree; nothing longer than 1 MiB, for some never ends
side() {
	local side=$1 engine=()
	shift
	[ "$side" = gnu ] || engine=("--engine=$UCP_ENGINE" ${UCP_ARGS:-})
	rm -rf "$side.tree" out
	mkdir out
	(
		trap '' XFSZ
		ulimit -f 1024
		PATH="$WORK/bin/$side:$PATH"
		exec timeout 20 cp "${engine[@]}" "$@" out
	) 2> raw.err
	echo "$?" > "$side.status"
	sort raw.err > "$side.err"
	mv out "$side.tree"
}

# names SIDE: what is there
names() {
	(cd "$1.tree" && find . -printf '%p %y %m %U:%G %l\n') | sort > "$1.names"
}

# as_cp OPTION DIR: the same status, messages and names, and the same contents where they stand still
as_cp() {
	local side
	[ -d "$2" ] || return # not with every kernel
	for side in gnu ucp; do
		side $side "$@"
		names $side
	done
	# GNU cp leaves behind what it could not read or write to the end.
	sed -n -e "s|^cp: error reading '$(dirname "$2")\(/.*\)':.*|.\1 |p" -e "s|^cp: error writing 'out\(/.*\)':.*|.\1 |p" gnu.err > failed
	ok "$*: status ($(< gnu.status))" cmp gnu.status ucp.status
	ok "$*: messages ($(grep -c . gnu.err))" diff gnu.err ucp.err
	ok "$*: names ($(grep -c . ucp.names))" diff <(grep -vF -f failed gnu.names) ucp.names
	ok "$*: there are some" test "$(grep -c . ucp.names)" -gt 3
}

as_cp -r "/proc/$victim"
as_cp -a "/proc/$victim"
as_cp -r /proc/self/net
as_cp -a /proc/sys/net/ipv6/conf/lo
as_cp -r /proc/sys/kernel
as_cp -r /sys/class/net
as_cp -a /sys/devices/virtual/net/lo
as_cp -r /sys/kernel/mm/transparent_hugepage
[ ! -d gnu.tree/transparent_hugepage ] || ok "contents of files whose size is not what is in them" \
	diff -r -x khugepaged -x stats gnu.tree/transparent_hugepage ucp.tree/transparent_hugepage # those count
