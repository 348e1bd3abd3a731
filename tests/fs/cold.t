# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/loop.sh"
plan "spare workers are called where sources come from the disk, and only there"
need_mounts
can_mount ext4 || skip_all "needs ext4"
mkdir one && "$UCP" --engine=uring -r one two 2> /dev/null || skip_all "needs io_uring"

mounted ext4 src 128M
mkdir -p src/tree
for i in $(seq 40); do
	mkdir "src/tree/$i"
	for j in $(seq 50); do echo "$i $j" > "src/tree/$i/$j"; done
done
# Nothing of it is known to the kernel after this.
umount src
mount -o loop src.img src

# spare: how many of the workers that did something were spare ones, as --debug has it in run.err
spare() {
	awk '/debug: engine:/ { for (i = 2; i <= NF; i++) if ($i ~ /^worker/) prompt = $(i - 1) }
		/debug: and [0-9]+ more when sources are not in the page cache/ { more = $4 }
		/debug: worker [0-9]+: [1-9][0-9]* requests/ { n += $4 + 0 >= prompt }
		END { print (more > 0 ? n + 0 : "none to call:" n + 0) }' <<< "$err"
}
lacks() { ! grep -q "$1" <<< "$err"; }
run "$UCP" --engine=uring --debug -a src/tree cold
# (with many processors, or little memory, buffers suffice for no more than one worker each)
grep -q 'debug: and [0-9]* more' <<< "$err" || skip_all "needs memory for spare workers"
is "cold: exit status" "$status" 0
ok "cold: the copy is the source" same_tree src/tree cold
ok "cold: spare workers were called" grep -q 'debug: spare workers called' <<< "$err"
echo "# $(spare) of them took part"
run "$UCP" --engine=uring --debug -a src/tree warm
is "warm: exit status" "$status" 0
ok "warm: the copy is the source" same_tree src/tree warm
is "warm: none did" "$(spare)" 0
ok "warm: nor was called" lacks 'spare workers called'
run "$UCP" --engine=uring --debug -j2 -a src/tree two/warm
is "-j2: there is none" "$(spare)" "none to call:0"

# Spare workers that get no ring leave their tasks to the others; the run does not end by it.
case ${BUILD:-build} in
*-san-*) ;; # a preloaded library does not go with sanitizers
*)
	umount src && mount -o loop src.img src
	# On one processor there is one other worker; and one ring is to see whether there are any.
	cpu=$(awk '/^Cpus_allowed_list:/ { split($2, cpus, /[,-]/); print cpus[1] }' /proc/self/status)
	run env RINGS=2 LD_PRELOAD="$TOOL/preload/few-rings.so" \
		timeout 60 taskset -c "$cpu" "$UCP" --engine=uring --debug -a src/tree few
	ok "no ring for spare workers: they were called" grep -q 'debug: spare workers called' <<< "$err"
	is "no ring for spare workers: exit status" "$status" 0
	ok "no ring for spare workers: the copy is the source" same_tree src/tree few
	is "no ring for spare workers: they did nothing" "$(spare)" 0
	;;
esac
