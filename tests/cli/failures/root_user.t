# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
need_root
plan "as an ordinary user one failure does not stop the rest, and the status is 1"

user() { run setpriv --reuid=65534 --regid=65534 --clear-groups timeout 60 ./ucp --engine="$UCP_ENGINE" "$@"; }
chmod 711 . && cp "$UCP" ucp
mkdir -p src/d1 src/closed src/d2/e
for f in src/1 src/2 src/d1/1 src/d1/secret src/closed/1 src/d2/e/1 src/d2/e/2; do echo "$f" > $f; done
chmod 000 src/closed src/d1/secret
chmod 555 src/d2/e src/d2
mkdir out && chown -R 65534:65534 src out
for more in "" -j8; do
	# shellcheck disable=SC2086 # options are words
	user -a $more src missing out
	is "status $more" "$status" 1
	is "messages" "$(sort <<< "$err")" "ucp: cannot access 'src/closed': Permission denied
ucp: cannot open 'src/d1/secret' for reading: Permission denied
ucp: cannot stat 'missing': No such file or directory"
	is "the rest is there" "$(cd out && find . | LC_ALL=C sort | tr '\n' ' ')" \
		". ./src ./src/1 ./src/2 ./src/closed ./src/d1 ./src/d1/1 ./src/d2 ./src/d2/e ./src/d2/e/1 ./src/d2/e/2 "
	is "read-only directories are so at the end" "$(stat -c %a out/src/d2 out/src/d2/e | tr '\n' ' ')" "555 555 "
	chmod -R u+rwx out && rm -rf out/src
done
user -a src/1 /proc/nowhere
is "a destination that cannot be made" "$status" 1
mkdir foreign && for f in 1 2 3; do echo $f > foreign/$f; done
chown 7:65534 foreign/1 && chmod 6755 foreign/1 && chown -h 7:7 foreign foreign/2 && ln -s x foreign/4 && chown -h 7:7 foreign/4
mkdir kept && chown 65534 kept
user -a --stats foreign kept
is "owners that cannot be kept are no failure" "$status:$err" "0:"
ok "but counted, and set-id bits" grep -qx 'lost     5 owners, 1 modes' <<< "$out"
user -a --debug foreign/1 kept/1
ok "and told by --debug" grep -qx "ucp: debug: not kept: ownership of 'kept/1': Operation not permitted" <<< "$err"
ok "both" grep -qx "ucp: debug: not kept: set-id bits of 'kept/1': Operation not permitted" <<< "$err"
user -r --stats foreign kept/r
ok "what is not to be kept is not lost" grep -qx 'lost     no attributes' <<< "$out"
rm -rf kept
mkdir shut && chmod 755 shut
user -r src/d1 src/1 src/2 shut
is "a target without write permission" "$status" 1
is "and nothing in it" "$(ls -A shut)" ""
user -n src/1 src/2
is "-n touches nothing" "$status:$(cat src/2)" "0:src/2"

# a source that cannot be opened costs nothing of what is in its place, whatever would be done to that
for args in -av -au "-a --remove-destination" -bv -fv; do
	rm -rf kept && mkdir kept && chown 65534:65534 kept
	echo kept > kept/one && ln kept/one kept/two && touch -d 2001-01-01 kept/one
	ln -s loop kept/loop && touch -hd 2001-01-01 kept/loop
	echo secret > kept/secret && chmod 000 kept/secret && chown -h 65534:65534 kept/*
	ls -lA --time-style=full-iso kept > before
	# shellcheck disable=SC2086 # options are words
	user $args kept/secret kept/one
	is "$args of what cannot be read: exit status" "$status" 1
	# shellcheck disable=SC2086 # options are words
	user $args kept/secret kept/loop
	is "$args of what cannot be read, to a loop: exit status" "$status" 1
	ls -lA --time-style=full-iso kept > after
	ok "$args of what cannot be read: all is as it was" diff before after
done
