# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
. tests/lib/tap.sh
. "$ROOT/tests/lib/versus.sh"
plan "modes, owners, times, attributes and ACLs are kept when cp keeps them"

for what in '' -p -d -a --preserve --preserve=mode --preserve=timestamps --preserve=ownership --preserve=xattr \
	--preserve=all --preserve=links,mode '-p --no-preserve=mode' '-a --no-preserve=timestamps' \
	'-a --no-preserve=all' --no-preserve=mode '--no-preserve=mode -p' '-a --no-preserve=ownership,xattr' \
	'--attributes-only' '--attributes-only -p' '--attributes-only --preserve=all'; do
	versus "cp $what a b x ro suid xattr acl big t"
	versus "cp -r $what dir void rodir t"
	versus "cp $what x suid xattr acl t; touch -d 2008-01-01 x acl; chown 5:6 x acl; cp $what x acl t"
done
versus 'umask 077; cp a x suid t'
versus 'umask 077; cp -r dir t'
versus 'umask 077; cp -p a x suid t'
versus 'umask 077; cp -a dir t'
versus 'umask 0; cp a x ro suid t; cp -r dir void t'
versus 'umask 027; cp -r --no-preserve=mode dir x suid t'
versus 'umask 777; cp -r dir t'
versus 'umask 777; cp -a dir t'
versus 'chmod 2755 t; chgrp 7 t; cp a t; cp -r dir t'
versus 'chmod 2755 t; cp -r --no-preserve=mode dir t'
versus 'chown 3:4 a; cp a t; cp -p a t/p'
versus 'chown 3:4 suid; chmod 6755 suid; cp suid t; cp -p suid t/p; cp --preserve=mode suid t/m; cp --preserve=ownership suid t/o'
versus 'chown -hR 3:4 dir l-a; cp -a dir l-a t'
versus 'chown -R 3:4 dir; cp -r dir t'
versus 'chown 3:4 b; cp -p a b'
versus 'chown 3:4 b; chmod 4711 b; cp a b'
versus 'chown 3:4 b; chmod 4711 b; cp -p a b'
versus 'chmod 6777 a; cp -p a b; cp -a a x'
versus 'setfacl -d -m u:1:rwx,g:2:r t; cp a x b t; cp -r dir t'
versus 'setfacl -d -m u:1:rwx,g:2:r t; cp -p a x b t; cp -a dir t'
versus 'setfacl -d -m u:1:rwx t; umask 077; cp a x t; cp -r dir t'
versus 'setfacl -d -m u:1:rwx t; cp -r --no-preserve=mode dir a x t'
versus 'setfacl -d -m u:1:rwx t; cp -r --preserve=mode dir acl t'
versus 'setfacl -d -m u:1:rwx dir; cp -r dir t'
versus 'setfacl -d -m u:1:rwx dir; cp -a dir t'
versus 'setfacl -d -m u:1:rwx dir; cp -rp dir t'
versus 'setfacl -m u:1:rwx dir; cp -r --preserve=mode dir t; cp -r dir void'
versus 'cp -p acl b; cp -p a acl'
versus 'cp --preserve=xattr xattr b'
versus 'cp --preserve=xattr b xattr'
versus 'cp -a a xattr'
versus 'setfattr -n user.dir -v x dir; cp -a dir t; cp -r dir void'
versus 'setfattr -n user.dir -v x dir; cp -r --preserve=xattr dir t'
versus 'setfattr -n trusted.t -v x a; cp -a a t; cp -p a t/p; cp a t/n'
versus 'setcap cap_net_raw+ep x; cp -a x t; cp -p x t/p; cp x t/n; cp --preserve=xattr x t/x; cp --preserve=ownership,xattr x t/o'
versus 'chown 3:4 x; setcap cap_net_raw+ep x; cp -a x t'
versus 'touch -hd 1995-05-05 l-a; cp -a l-a t; cp -d l-a t/d; cp -dp l-a t/dp; cp -P --preserve=timestamps l-a t/t'
versus 'touch -d @0.000000001 a; touch -d @-5.5 b; cp -p a b t'
versus 'touch -d 1850-01-01 a; cp -p a t'
versus 'chmod 0 dir/sub; cp -a dir t'
versus 'chmod 0 dir/sub; cp -r dir t'
versus 'cp -a suid noread ro fifo void rodir t'
versus 'cp -a dir t; chmod 700 t/dir; touch t/dir; cp -a dir t'
versus 'cp -r dir t; chmod 700 t/dir t/dir/sub; cp -r dir t'
versus 'cp -r dir t; chmod 700 t/dir t/dir/sub; cp -rp dir t'
versus 'cp -r dir t; chmod 700 t/dir t/dir/sub; cp -r --no-preserve=mode dir t'
versus 'cp --attributes-only big t; cp --attributes-only -p big a'
versus 'cp --attributes-only missing t'
versus 'cp --attributes-only l-a t; cp -P --attributes-only l-a t/l; cp -r --attributes-only dir t'
versus 'cp --preserve=context a t'
versus 'cp --preserve=mode,context a t'
versus 'setfattr -n trusted.t -v x fifo; setfattr -hn trusted.t -v y l-a; cp -a fifo l-a t; cp -a fifo void/f; cp -d --preserve=xattr l-a void/l'
versus 'setfattr -n trusted.t -v x fifo; setfattr -hn trusted.t -v y l-a; cp -R fifo l-a t; cp -Rp fifo l-a void'
versus 'mkdir d; mv fifo l-a d; setfattr -n trusted.t -v x d/fifo; setfattr -hn trusted.t -v y d/l-a; cp -a --parents d/fifo d/l-a t; cp -a d void'
versus 'setfacl -m u:1:rw fifo; cp -a fifo t; cp -R fifo void; cp -R --preserve=mode fifo void/m; cp -R --preserve=xattr fifo void/x'
versus 'chmod 664 fifo; cp -a --no-preserve=mode fifo t; cp -R --preserve=ownership fifo t/o; chown 3:4 fifo; cp -R --preserve=ownership fifo t/p'
versus 'mkdir f; mkfifo -m600 f/p; setfacl -m u:1234:rw f/p; cp -rp f t; cp -a f t/a'
