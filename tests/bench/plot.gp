# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Draws what summary.awk prints with plot=1, a block of lines for each of N filesystems, at most two:
#
#	gnuplot -c plot.gp table.dat table.svg N
#
# Bars from 1, which is the first way of each road, on a logarithmic scale.

set terminal svg size 960, 420 dynamic background 'white' font 'sans-serif,13'
set output ARG2
set style data histograms
set style histogram clustered gap 1.5
set style fill solid 0.9 noborder
set datafile missing '?'
set yrange [-3:6]
set ytics ('1/8' -3, '1/4' -2, '1/2' -1, '1' 0, '2' 1, '4' 2, '8' 3, '16' 4, '32' 5, '64' 6)
set ylabel 'times as fast'
set grid ytics linecolor rgb '#d8d8d8'
set xtics rotate by -35 nomirror scale 0
set key outside top center horizontal
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead linewidth 1.5 linecolor rgb '#404040' front
set xrange [-0.6:*]
plot for [i = 0:ARG3 - 1] for [c = 2:3] ARG1 index i using (log(column(c)) / log(2)):xtic(1) title columnheader(c) \
	linecolor rgb word("#b0b0b0 #1f5fa8 #d8d0b8 #d9822b", 2 * i + c - 1)
