# shellcheck shell=bash
# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Completion of ucp for bash. Needs nothing but bash; tests/lib/check-man compares it with ucp.

# Prints the words that the value of an option may be; nothing where it is a name or a number.
_ucp_values() {
	case $1 in
	--backup) echo none simple existing numbered ;;
	--cache) echo keep drop ;;
	--poll) echo off kernel ;;
	--engine) echo auto uring threads serial ;;
	--fsync) echo never file batch fs chunk ;;
	--hash) echo xxh128 xxh64 xxh3 sha256 ;;
	--manifest-format) echo bsd gnu mtree ;;
	--preserve | --no-preserve) echo mode ownership timestamps links context xattr all flags project ;;
	--on-change) echo retry warn fail ignore ;;
	--preflight) echo warn fail never ;;
	--verify) echo readback both cache never ;;
	--progress | -g) echo auto always never ;;
	--reflink | --sparse) echo auto always never ;;
	--update) echo all none none-fail older ;;
	esac
}

_ucp() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev='' option='' lead='' words
	local options='--archive --attributes-only --backup --backup= --context --context= --copy-contents --debug --dereference --direct --force
		--help --interactive --keep-directory-symlink --link --no-clobber --no-dereference
		--no-preserve= --no-target-directory --one-file-system --parents --preserve
		--preserve= --recursive --reflink --reflink= --remove-destination --sparse=
		--strip-trailing-slashes --suffix= --symbolic-link --target-directory= --update --update=
		--verbose --version --atomic --cache= --check= --chunk-size= --clean-temps --compare --engine= --fsync --fsync= --hash= --io-workers=
		--jobs= --manifest= --manifest-format= --mem-limit= --numeric-ids --on-change= --poll= --preflight --preflight= --progress --progress=
		--queue-depth= --quiet --retries= --safe --stats --strip-components= --unpack --verify --verify='

	COMPREPLY=()
	[[ $COMP_CWORD -gt 0 ]] && prev=${COMP_WORDS[COMP_CWORD - 1]}

	# --engine=ur is three words where = breaks words, and one where it does not.
	if [[ $cur == '=' ]]; then
		option=$prev cur=''
	elif [[ $prev == '=' && $COMP_CWORD -gt 1 ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $cur == --*=* ]]; then
		option=${cur%%=*} lead=$option= cur=${cur#*=}
	else
		case $prev in
		-t | --target-directory) option=--target-directory ;;
		--no-preserve | --sparse | --cache | --poll | --engine | --hash | --manifest-format | --on-change) option=$prev ;;
		--manifest | --check) return ;;
		-S | --suffix)
			compopt +o default 2>/dev/null # any text
			return
			;;
		-j | --jobs | --chunk-size | --mem-limit | --queue-depth | --io-workers | --retries | --strip-components)
			compopt +o default 2>/dev/null # a number
			return
			;;
		esac
	fi

	case $option in
	'') ;;
	--target-directory)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -P "$lead" -- "$cur")
		return
		;;
	--preserve | --no-preserve)
		[[ $cur != *,* ]] || lead+=${cur%,*}, cur=${cur##*,}
		;;&
	*)
		words=$(_ucp_values "$option")
		mapfile -t COMPREPLY < <(compgen -P "$lead" -W "$words" -- "$cur")
		return
		;;
	esac

	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
	fi
}

complete -o default -F _ucp ucp
