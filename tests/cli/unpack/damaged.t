# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/unpack.sh"
need python3
plan "an archive cut off or with flipped bits crashes nothing, leaves no partial file, and is told; a failure names its number"
# CUTS=FIRST-LAST FLIPS=FIRST-LAST SCRIPT: other numbers, or one again
cuts=${CUTS:-1-40} flips=${FLIPS:-1-50}

mkdir -p src/d/e src/void && echo one > src/one && : > src/nothing && seq 700 > src/d/numbers && echo two > src/d/two
head -c 15000 /dev/zero > src/zeros && echo three > src/d/e/three
perl -e 'srand 1; print map chr rand 256, 1 .. 4000' > src/d/dense
touch -hd '2003-04-05 06:07:08' src/* src/d/* src/d/e/*
cp -a src linked && ln linked/one linked/d/again && ln -s ../one linked/d/link

bsdtar -cf pax.tar --format pax -C linked .
bsdtar -cf pax.tar.gz --format pax --gzip -C linked .
bsdtar -cf newc.cpio --format newc -C src .
bsdtar -cf a.zip --format zip -C src .
for archive in pax.tar:linked pax.tar.gz:linked newc.cpio:src a.zip:src; do
	ok "${archive%:*} is what is to be damaged" test "$(bsdtar -tf "${archive%:*}" | wc -l)" -ge 11
	for how in cut:$cuts flip:$flips; do
		ok "${archive%:*}, $how" python3 "$ROOT/tests/tool/damage.py" "${archive%:*}" "${archive#*:}" "${how%:*}" "${how#*:}" \
			"$UCP" --engine="$UCP_ENGINE" --unpack
	done
done
# what is not whole does not take the place of what was there
ok "--atomic" python3 "$ROOT/tests/tool/damage.py" pax.tar.gz linked flip 101-120 "$UCP" --engine="$UCP_ENGINE" --atomic --unpack
