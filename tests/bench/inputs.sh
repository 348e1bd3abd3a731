# shellcheck shell=bash disable=SC2034,SC2154 # run uses the names; QUICK is of options.sh
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# What is copied. Each input but tree is made of random bytes where it is needed: it has a function
# that fills an empty directory, and an array of its files, their bytes, and all entries.

# Divides a count in a trial run. $1: the count
few()
{
	echo $((QUICK ? ($1 + 99) / 100 : $1))
}

# Sets the figures of all inputs but tree.
inputs_count()
{
	local n

	large=(1 $((LARGE_MIB << 20)) 2)
	n=$(few 2000)
	medium=("$n" $((n << 20)) $((n + 1)))
	n=$(few 100000)
	wide=("$n" $((n * 1024)) $((n + 1)))
	n=$(few 200)
	tiny=($((n * 1000)) $((n * 1000 * 128)) $((n * 1001 + 1)))
	n=$(few 4000)
	sparse=(1 $((n * 65536)) 2)
	n=$(few 5000)
	links=("$n" $((n * 8192)) $((n * 10 + 11)))
	n=$(few 300)
	slow=("$n" $((n * 4096)) $((n + 1)))
}

# Makes files of random bytes. $1: how many, $2: bytes of each, $3: directory
files_make()
{
	mkdir -p "$3" && head -c "$(($1 * $2))" /dev/urandom | split -b "$2" -a 6 -d - "$3/"
}

input_make_large() { files_make 1 "${large[1]}" "$1"; }
input_make_medium() { files_make "${medium[0]}" $((1 << 20)) "$1"; }
input_make_wide() { files_make "${wide[0]}" 1024 "$1"; }
input_make_slow() { files_make "${slow[0]}" 4096 "$1"; }

input_make_tiny()
{
	local i

	for ((i = 0; i < tiny[0] / 1000; i++)); do
		files_make 1000 128 "$1/$i" || return
	done
}

# An image of which one part in 32 is data, as of a virtual machine.
input_make_sparse()
{
	mkdir -p "$1" && truncate -s $((sparse[1] * 32)) "$1/image" &&
		files_make $((sparse[1] / 65536)) 65536 "$1.pieces" &&
		(cd "$1.pieces" && for piece in *; do
			dd if="$piece" of="$1/image" bs=65536 seek=$((10#$piece * 32)) conv=notrunc \
				status=none || exit
		done) && rm -r "$1.pieces"
}

# Ten snapshots of a directory, whose files they share.
input_make_links()
{
	local i

	files_make "${links[0]}" 8192 "$1/0" || return
	for ((i = 1; i < 10; i++)); do
		cp -al "$1/0" "$1/$i" || return
	done
}
