# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
plan "updates of large trees: what is kept, replaced and told is as with cp -u"

# So many in one directory that most are decided by a look, once sources are known to be cached.
mkdir -p src
for d in 1; do
	mkdir "src/d$d"
	for i in $(seq 240); do echo "$d $i" > "src/d$d/f$i"; done
	ln "src/d$d/f1" "src/d$d/hard"
	ln -s f8 "src/d$d/link"
done
find src -exec touch -hd '2004-01-01' {} +
"$GNU_CP" -a src old
for d in 1; do
	for i in $(seq 240); do
		at=old/d$d/f$i
		case $((i % 15)) in
		0) echo older > "$at" && touch -d '2003-01-01' "$at" ;;
		1) echo newer > "$at" && touch -d '2005-01-01' "$at" ;;
		2) rm "$at" ;;
		3) echo same-time > "$at" && touch -d '2004-01-01' "$at" ;;
		4) rm "$at" && ln -s f5 "$at" ;;
		5) [ "$i" -lt 30 ] || { rm "$at" && mkdir "$at"; } ;;
		6) rm "$at" && ln "src/d$d/f$i" "$at" ;;
		7) chmod 400 "$at" && touch -d '2003-01-01' "$at" ;;
		esac
	done
	echo extra > "old/d$d/extra"
done
find src -exec touch -hd '2004-01-01' {} +

# update OPTION...: the same as cp
update() {
	local who
	for who in gnu ucp; do
		rm -rf src.now old.now
		mkdir both && "$GNU_CP" -a src old both && mv both/src src.now && mv both/old old.now && rmdir both
		PATH=$PWD/bin/$who:$PATH cp "$@" src.now/. old.now > out 2> err
		echo "$?" > "$who.status"
		sort err > "$who.err"
		grep -v -e /hard -e "/f1'" out | sort > "$who.out" # which of two links is the copy depends on the order
		"$TOOL/listing" old.now | sed 's/ino=[0-9]*//' > "$who.listing"
		(cd old.now && find . -type f -exec sha256sum {} + | sort) > "$who.sums"
	done
	is "$*: exit status" "$(< ucp.status)" "$(< gnu.status)"
	is "$*: errors" "$(diff gnu.err ucp.err)" ""
	is "$*: output" "$(diff gnu.out ucp.out)" ""
	is "$*: contents" "$(diff gnu.sums ucp.sums)" ""
	case $1 in -a*) is "$*: everything" "$(diff gnu.listing ucp.listing | head -n 5)" "" ;; esac
}

update -auv
[ "$UCP_ENGINE" = uring ] || exit 0 # the walk is the same on all
update -aub
update -au --remove-destination
update -au --attributes-only
update -ru

# Two sources, of other times, for one file: the newest stays.
for i in $(seq 240); do
	case $((i % 15)) in
	9) touch -d '2006-01-01' "src/d1/f$i" ;;
	10) touch -d '2005-01-01' "src/d1/f$i" && rm "old/d1/f$i" && ln "old/d1/f$((i - 1))" "old/d1/f$i" ;;
	esac
done
update -pru
