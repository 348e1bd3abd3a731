# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Medians, for table.awk and summary.awk.

# Sorts row[1..n] in place.
function sort(row, n,    i, j, value)
{
	for (i = 2; i <= n; i++) {
		value = row[i]
		for (j = i - 1; j > 0 && row[j] > value; j--) {
			row[j + 1] = row[j]
		}
		row[j + 1] = value
	}
}

# Returns the median of the n figures of a way, 0 when there are none, and leaves them sorted in row.
function median(figures, way, n, row,    i)
{
	if (n == 0) {
		return 0
	}
	for (i = 1; i <= n; i++) {
		row[i] = figures[way, i]
	}
	sort(row, n)
	return (row[int((n + 1) / 2)] + row[int((n + 2) / 2)]) / 2
}
