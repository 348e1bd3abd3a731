# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
need_root
plan "modes and ACLs are those cp gives: by options, umask, what was there, and the directory above"

# sources USER: what is copied, in s. Names begin with d for directories, f files, x with attributes, p FIFOs, and end
# in their mode, set last as a change of owner takes bits away; strangers are nobody's.
sources() {
	local name
	rm -rf s
	mkdir s s/{d755,d2775,d1777,d700,d555,d3777,dx555,dacl,ddefault,stranger} s/d{755,2775,1777,700,555,3777}/sub
	mkdir s/stranger/d7775 s/stranger/dgroup2775
	for name in f644 f4755 f2755 f6711 f444 f666 f600 x444 x640 facl ddefault/f stranger/f6775 stranger/fgroup2775; do
		echo "$name" > "s/$name"
	done
	mkfifo s/p664 s/p6755 s/stranger/p6775
	python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('s/socket775')"
	setfattr -n user.k -v 1 s/x444 s/x640 s/dx555
	chown -hR "$1:" s
	chown 3:4 s/stranger/*
	chgrp 7 s/stranger/?group* s/d2775 s/f2755
	[ "$1" != root ] || chown 3:4 s/f644 s/d700
	find s -name '*[a-z][0-9]*' | while read -r name; do chmod "${name##*[a-z]}" "$name"; done
	setfacl -m u:1:rwx,g:2:r s/facl
	setfacl -m u:1:rwx,m:rx s/dacl
	setfacl -m u:1:rx -d -m u:3:rwx,o::- s/ddefault
}

# targets USER KIND DIR: what is copied into: a plain directory, one with set-group-ID, one with a default ACL, and
# one with both and less generous; in each the copies that were there before, of this kind
targets() {
	local above name
	for above in plain group acl mean; do
		mkdir -p "$3/$above"
		[ "$2" != none ] || continue
		for name in s s/d[0-9]* s/dx* s/da* s/dd*; do mkdir "$3/$above/$name"; done
		for name in s/f* s/x*; do echo old > "$3/$above/$name"; done
	done
	chown -R "$1:" "$3"
	chgrp 7 "$3"/group "$3"/mean
	chmod 2755 "$3"/group "$3"/mean
	case $2 in
	odd)
		chgrp -R 7 "$3"/*/s
		find "$3"/*/s -type d -exec chmod 3707 {} +
		find "$3"/*/s -type f -exec chmod 6707 {} +
		;;
	acl)
		find "$3"/*/s -mindepth 1 -exec setfacl -m u:9:rwx {} +
		find "$3"/*/s -mindepth 1 -type d -exec setfacl -d -m u:8:rx {} +
		;;
	esac
	setfacl -d -m u:1:rwx,g:2:r "$3/acl"
	setfacl -d -m u:1:rwx,g::r,m:r,o::- "$3/mean"
}

# acls DIR: a line for each file: name, its set-id and sticky bits, owner, group, ACL
acls() {
	(cd "$1" && getfacl -Rnp .) | awk 'BEGIN { RS = "" } {
		bits = "---"
		rest = ""
		for (i = 1; i <= NF; i++) {
			if ($i == "flags:") bits = $(++i)
			else if ($i == "file:") name = $(++i)
			else if ($i == "owner:" || $i == "group:") rest = rest " " $(++i)
			else if ($i != "#") rest = rest " " $i
		}
		print name, bits rest
	}' | sort
}

# side PROGRAM USER KIND UMASK OPTION...: copy into each of a fresh set of targets; what came of it
side() {
	local program=$1 user=$2 kind=$3 mask=$4 above
	shift 4
	rm -rf to
	"$GNU_CP" -a "targets-$kind" to
	for above in plain group acl mean; do
		(
			umask "$mask"
			"as_$user" "$program" "$@" s "to/$above" 2>&1
			echo "- $above: $?"
		)
	done
	acls to
}
as_root() { "$@"; }
as_nobody() { setpriv --reuid=65534 --regid=65534 --groups=65534,7 "$@"; }

# Where ucp is not like cp 9.1, on purpose:
# - A mode that is kept is kept whole. cp 9.1 sets an ACL made of its other bits, and so set-id bits and stickiness stay
#   as they were inherited, or as what was there had them, if the source has none at all. Its manual says that the mode
#   is preserved, and newer ones do it.
# - What could not be given to its owner has no set-id bits, but is as sticky as its source, which protects what is in
#   it. cp wants to drop that bit, too, with the success told above.
# - FIFOs without kept modes have no set-id bits. cp leaves what happens to be left of them by chown(2).
# - With --preserve=xattr cp lets an ordinary user write to a read-only file for a moment, and then cuts its mode by the
#   umask even where there is a default ACL instead. As root it does not, and ucp never.
# as_ucp USER OPTION...: what cp printed, with these things as ucp has them
as_ucp() {
	local user=$1 mode=0 owner=0 drop=0
	shift
	case " $* " in *no-preserve=mode*) drop=1 ;; *" -a"* | *" -p"* | *preserve=mode*) mode=1 ;; esac
	case " $* " in *no-preserve=owner*) ;; *" -a"* | *" -p"* | *preserve=owner*) owner=1 ;; esac
	awk -v mode=$mode -v odd_fifos=$((owner || drop)) -v strangers=$((owner && mode)) -v user="$user" '
		FILENAME == "bits" { bits[$1] = $2; next }
		/^\.\// {
			name = $1
			sub("^./[a-z]*/s", ".", name)
			if (mode && name in bits) $2 = bits[name]
			if (strangers && user == "nobody" && name ~ "/stranger/.") $2 = "--" substr($2, 3)
			if (!mode && odd_fifos && name ~ "/p6") $2 = "---"
		}
		{ print }' bits -
}
leave_out='^$'
# alike_modes USER OPTION...
alike_modes() {
	local user=$1 kind mask failed=0
	shift
	[ "$user $*" != "nobody -r --preserve=xattr" ] || leave_out='/s/[fx]444 '
	for kind in none odd acl; do
		for mask in 022 077 0; do
			[ "$kind $mask" != "odd 0" ] && [ "$kind $mask" != "acl 022" ] || continue # as "odd 022", "acl 0"
			# modes are set by the same plain calls on all engines: each has its share
			case $UCP_ENGINE:$kind:$mask in
			uring:none:022 | uring:odd:077 | uring:acl:0) ;;
			threads:none:077 | threads:odd:022) ;;
			serial:none:0 | serial:acl:077) ;;
			*) continue ;;
			esac
			if ! versus_recall "$user $kind $mask $*"; then
				rm -f gnu.modes
				side "$GNU_CP" "$user" "$kind" "$mask" "$@" | as_ucp "$user" "$@" |
					grep -v "$leave_out" > gnu.modes
				versus_keep "$user $kind $mask $*"
			fi
			side ucp_as_cp "$user" "$kind" "$mask" "$@" | grep -v "$leave_out" > ucp.modes
			diff gnu.modes ucp.modes > modes.diff && continue
			echo "umask $mask, there before: $kind"
			grep '^[<>]' modes.diff
			failed=1
		done
	done
	leave_out='^$'
	return "$failed"
}
printf '#!/bin/sh\nexec "%s" --engine=%s "$@"\n' "$WORK/bin/ucp/cp" "$UCP_ENGINE" > ucp_as_cp
chmod 755 ucp_as_cp
PATH=$WORK:$PATH

for user in root nobody; do
	sources "$user"
	acls s > bits
	for kind in none odd acl; do
		rm -rf "targets-$kind"
		targets "$user" "$kind" "targets-$kind"
	done
	for what in -r '-r -p' -a '-r --preserve=mode' '-r --preserve=ownership' '-r --preserve=xattr' \
		'-r --preserve=ownership,xattr' '-a --no-preserve=ownership' '-r --no-preserve=mode' \
		'-a --no-preserve=mode' '-r --preserve=ownership --no-preserve=mode'; do
		# shellcheck disable=SC2086 # options are words
		ok "$user: cp $what" alike_modes "$user" $what
	done
done
