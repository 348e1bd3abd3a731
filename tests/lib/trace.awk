# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Sums up io_uring trace events, one "name number" a line:
#
#   submitted   entries given to the kernel
#   silent      of these, such as post no completion when they go well
#   completed   completions posted
#   open        requests that never came to an end
#   deepest     requests in flight on one ring, at most; a chain is one request
#   reads, writes, syncs
#   pairs       reads that are linked to a write of the same chain, and silent
#   triples     pairs whose write is linked to an fsync, and silent
#   lone        reads that are not
#   links       events of one entry linked after another
#   overflows   completions that did not fit the queue
#
# ucp's user_data is the address of a request, with the step of a chain in the
# low three bits. Flags are those of the entry: 1 << 2 is IOSQE_IO_LINK, 1 << 6
# is IOSQE_CQE_SKIP_SUCCESS; awk has no bit operations, so digits are looked at.

function after(name,    i) {
	for (i = 1; i < NF; i++) {
		if ($i == name) {
			sub(/,$/, "", $(i + 1))
			return $(i + 1)
		}
	}
	return ""
}

# The request an entry belongs to: its ring, and user_data without the step.
function request(    data, last) {
	data = after("user_data")
	last = substr(data, length(data))
	return after("ring") " " substr(data, 1, length(data) - 1) (last ~ /[0-7]/ ? 0 : 8)
}

/ io_uring_submit_req: / {
	id = request()
	ring = after("ring")
	flags = after("flags")
	linked = flags ~ /[4-7c-f]$/
	silent = flags ~ /[4-7c-f].$/
	opcode = after("opcode")
	submitted++
	silents += silent
	if (!(id in flying)) {
		flying[id] = 1
		depth[ring]++
		if (depth[ring] > deepest) {
			deepest = depth[ring]
		}
	}
	if (opcode ~ /^READ/) {
		reads++
		state[id] = linked && silent ? "read" : ""
		lone += state[id] == ""
	} else if (opcode ~ /^WRITE/) {
		writes++
		if (state[id] == "read") {
			pairs++
			state[id] = linked && silent ? "write" : ""
		}
	} else if (opcode == "FSYNC") {
		syncs++
		if (state[id] == "write") {
			triples++
		}
		state[id] = ""
	}
}

/ io_uring_complete: / {
	id = request()
	completed++
	if (id in flying) {
		delete flying[id]
		depth[after("ring")]--
	}
}

/ io_uring_link: / { links++ }
/ io_uring_cqe_overflow: / { overflows++ }

END {
	for (id in flying) {
		open++
	}
	print "submitted", submitted + 0
	print "silent", silents + 0
	print "completed", completed + 0
	print "open", open + 0
	print "deepest", deepest + 0
	print "reads", reads + 0
	print "writes", writes + 0
	print "syncs", syncs + 0
	print "pairs", pairs + 0
	print "triples", triples + 0
	print "lone", lone + 0
	print "links", links + 0
	print "overflows", overflows + 0
}
