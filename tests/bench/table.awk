# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Prints the markdown table of one scenario from the lines that bench_record in lib.sh wrote:
#
#	awk -F '\t' -v scenario=warm -v fs=ext4 -f median.awk -f table.awk table.tsv
#
# Each row is compared with the first row of its group. Failed runs do not count.

# Prints the row of a way.
function print_row(way,    n, name, wall, wall_min, wall_max, cpu, peak, ratio)
{
	n = runs[way]
	name = way
	gsub(/\|/, "\\|", name)
	if (n == 0) {
		printf "| %s | %s | failed | | | | | |\n", name, keeps[way]
		return
	}
	wall = median(walls, way, n, row)
	wall_min = row[1]
	wall_max = row[n]
	cpu = median(cpus, way, n, row)
	median(peaks, way, n, row)
	peak = row[n]
	if (!(group[way] in base)) {
		base[group[way]] = way == first[group[way]] ? wall : 0
	}
	ratio = base[group[way]] > 0 && wall > 0 ? sprintf("%.2f", base[group[way]] / wall) : ""
	printf "| %s | %s | %.3f | %.3f | %.3f | %.2f | %.1f | %s |\n",
		name, keeps[way], wall, wall_min, wall_max, cpu, peak / 1024, ratio
}

# Fields: scenario, fs, way, keeps, group, run, wall, user, sys, peak in KiB, exit status
$1 == scenario && $2 == fs {
	if (!($3 in runs)) {
		ways[++n_ways] = $3
		runs[$3] = 0
		keeps[$3] = $4
		group[$3] = $5
		if (!($5 in first)) {
			first[$5] = $3
			groups[++n_groups] = $5
		}
	}
	if ($11 == 0) {
		i = ++runs[$3]
		walls[$3, i] = $7 + 0
		cpus[$3, i] = $8 + $9
		peaks[$3, i] = $10 + 0
	}
}

END {
	printf "| way | what it keeps | wall s (median) | min | max | CPU s | peak MiB |"
	printf " times as fast as `%s` |\n", n_ways ? ways[1] : "cp -a"
	print "|---|---|---:|---:|---:|---:|---:|---:|"
	for (g = 1; g <= n_groups; g++) {
		for (i = 1; i <= n_ways; i++) {
			if (group[ways[i]] == groups[g]) {
				print_row(ways[i])
			}
		}
	}
}
