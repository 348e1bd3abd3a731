# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Prints one markdown line for each scenario of a filesystem, from the lines that bench_record in
# lib.sh wrote:
#
#	awk -F '\t' -v fs=ext4 -f median.awk -f summary.awk table.tsv
#
# What the others are compared with is the first way of the scenario, and ucp the first way that
# begins with its name. With -v plot=1: scenario and ratios only, for plot.gp; ? where there is none.

# Prints the line of a scenario.
function print_scenario(scenario,    i, way, wall, row, base, ours, own, peer, best, bare)
{
	own = peer = bare = 0
	for (i = 1; i <= n_ways[scenario]; i++) {
		way = ways[scenario, i]
		wall = median(walls, scenario SUBSEP way, runs[scenario, way], row)
		if (i == 1) {
			base = wall
		} else if (way ~ /^ucp/) {
			if (!own) {
				own = wall
				ours = way
			}
		} else if (way == "floor") {
			bare = wall
		} else if (way !~ /^(floor|cp)/ && wall > 0 && (!peer || wall < peer)) {
			peer = wall
			best = way
		}
	}
	gsub(/\|/, "\\|", best)
	sub(/, uring$/, "", ours)
	if (plot) {
		printf "%s %s %s\n", scenario, figure(base, peer, "?"), figure(base, own, "?")
		return
	}
	printf "| %s | `%s` %.2f | %s | `%s` %.2f | **%s** | %s | %s |\n", scenario, ways[scenario, 1],
		base, peer ? sprintf("`%s` %.2f", best, peer) : "", ours, own, figure(base, own, "failed"),
		figure(peer, own, ""), figure(own, bare, "")
}

# Returns a / b with two digits, or what to say when either is missing.
function figure(a, b, otherwise)
{
	return a > 0 && b > 0 ? sprintf("%.2f", a / b) : otherwise
}

# Fields: scenario, fs, way, keeps, group, run, wall, user, sys, peak in KiB, exit status
$2 == fs && $5 == "copy" {
	if (!($1 in n_ways)) {
		scenarios[++n_scenarios] = $1
	}
	if (!(($1, $3) in runs)) {
		ways[$1, ++n_ways[$1]] = $3
		runs[$1, $3] = 0
	}
	if ($11 == 0) {
		walls[$1, $3, ++runs[$1, $3]] = $7 + 0
	}
}

END {
	if (!plot) {
		print "| road | compared with, s | best other, s | ucp, s | times as fast | as the best other |" \
			" times the floor |"
		print "|---|---|---|---|---:|---:|---:|"
	}
	if (plot) {
		printf "road \"best other, %s\" \"ucp, %s\"\n", fs, fs
	}
	for (s = 1; s <= n_scenarios; s++) {
		print_scenario(scenarios[s])
	}
}
