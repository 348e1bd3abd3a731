# shellcheck shell=bash disable=SC2034 # sets what the other parts use
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# The command line of run.

# Prints the help.
usage()
{
	cat <<END
Usage: tests/bench/run [OPTION]... [SCENARIO]...
Time ucp beside its peers; print markdown tables. Scenarios, all unless some are named:
  ${SCENARIO_NAMES[*]}

  --runs N      runs of each way (5)
  --fs TYPE     destination: ext4 (the default), xfs or btrfs; may be given again
  --src DIR     the tree to copy (linux-source-6.1, unpacked into \$BENCH_DIR)
  --ucp PATH    the ucp to time (build/ucp)
  --ways REGEX  only ways whose name matches; the first of a scenario is always kept
  --out FILE    the tables (build/bench/table.md); beside it go a summary, raw
                figures (.tsv) and a plot (.svg)
  --check       compare each copy with its source; --no-check does not
  --quick       a small part of the tree, a small file, one run, --check: tries the script
  --help        print this text

\$BENCH_DIR (/var/tmp/ucp-bench) must be on a disk. The status is 1 when anything failed.
END
}

# Reads the command line. Runs twice: outside and inside the namespaces.
options_parse()
{
	RUNS='' FS_LIST=() SRC='' UCP=$ROOT/build/ucp WAYS='' OUT=$TOOLS/table.md CHECK='' QUICK=''
	SCENARIOS=()
	while [ $# -gt 0 ]; do
		case $1 in
		--*=*)
			set -- "${1%%=*}" "${1#*=}" "${@:2}"
			continue
			;;
		--runs | --fs | --src | --ucp | --ways | --out)
			[ $# -ge 2 ] || die "$1 needs an argument"
			option_set "$1" "$2"
			shift
			;;
		--check) CHECK=1 ;;
		--no-check) CHECK=0 ;;
		--quick) QUICK=1 ;;
		--help) usage && exit ;;
		-*) die "unknown option $1; see --help" ;;
		*) scenario_add "$1" ;;
		esac
		shift
	done
	options_default
}

# Takes an option with an argument.
option_set()
{
	case $1 in
	--runs)
		[[ $2 =~ ^[1-9][0-9]*$ ]] || die "--runs '$2' is not a number"
		RUNS=$2
		;;
	--fs)
		case $2 in
		ext4 | xfs | btrfs) FS_LIST+=("$2") ;;
		*) die "--fs $2 is none of ext4, xfs, btrfs" ;;
		esac
		;;
	--src)
		[ -d "$2" ] || die "--src '$2' is not a directory"
		SRC=$(realpath "$2")
		;;
	--ucp) UCP=$(realpath -m "$2") ;;
	--ways) WAYS=$2 ;;
	--out) OUT=$(realpath -m "$2") ;;
	esac
}

# Takes the name of a scenario.
scenario_add()
{
	case " ${SCENARIO_NAMES[*]} " in
	*" $1 "*) SCENARIOS+=("$1") ;;
	*) die "unknown scenario '$1': one of ${SCENARIO_NAMES[*]}" ;;
	esac
}

# Fills in what the command line left open.
options_default()
{
	[ "${#SCENARIOS[@]}" -gt 0 ] || SCENARIOS=("${SCENARIO_NAMES[@]}")
	[ "${#FS_LIST[@]}" -gt 0 ] || FS_LIST=(ext4)
	: "${RUNS:=${QUICK:+1}}" "${CHECK:=${QUICK:-0}}"
	: "${RUNS:=5}"
	LARGE_MIB=${QUICK:+64}
	: "${LARGE_MIB:=2048}"
	WORK=$BENCH_DIR/work
	MNT=$WORK/dst
	TSV=${OUT%.md}.tsv
}
