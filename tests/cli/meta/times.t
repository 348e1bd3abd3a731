# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
plan "times are kept to the nanosecond on everything, symlinks and read-only directories too"

mkdir -p src/d/e
echo > src/f; ln -s nowhere src/l; mkfifo src/p; : > src/empty; echo > src/d/x
head -c 2000000 /dev/urandom > src/large
touch -d '2001-01-01 00:00:00.000000001' src/f src/empty
touch -hd '2002-02-02 02:02:02.999999999' src/l src/p src/large
touch -d '@-86400.25' src/d/x
chmod 555 src/d src/d/e
touch -d '2003-03-03 03:03:03.3' src/d/e src/d
touch -ad '1990-01-01 00:00:00.5' src/large
touch -d '2004-04-04 04:04:04.4' src
times() { (cd "$1" && find . -printf '%p %T@\n' | sort); }
for how in -a -rp '-r --preserve=timestamps' '-a -j8 --chunk-size=4K' '-a --attributes-only'; do
	want=$(times src)
	# shellcheck disable=SC2086 # options are words
	run ucp $how src dst
	is "$how" "$status:$err" "0:"
	is "keeps times" "$(times dst)" "$want"
	chmod -R u+w dst && rm -rf dst
done
touch -ad '1990-01-01 00:00:00.5' src/large
ok "-a" ucp -a src/large dst
is "keeps the access time" "$(stat -c %X dst)" "$(date -d 1990-01-01 +%s)"
