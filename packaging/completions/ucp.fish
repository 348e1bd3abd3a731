# Copyright (c) 2026 the ucp authors
# SPDX-License-Identifier: MIT
#
# Completion of ucp for fish; tests/lib/check-man compares it with ucp.

# Lists that are separated by commas: what is there already, then each attribute.
function __ucp_attributes
    set -l lead (commandline -ct | string replace -rf -- '^--(?:no-)?preserve=(.*,)?[^,]*$' '$1')
    for attribute in mode ownership timestamps links context xattr all flags project
        echo $lead$attribute
    end
end

complete -c ucp -s a -l archive -d 'All of it: -dR --preserve=all'
complete -c ucp -s r -s R -l recursive -d 'Directories and what is in them'
complete -c ucp -s p -d 'Keep mode, ownership and timestamps'
complete -c ucp -f -l preserve -a '(__ucp_attributes)' -d 'Keep attributes'
complete -c ucp -x -l no-preserve -a '(__ucp_attributes)' -d 'Do not keep attributes'
complete -c ucp -s d -d 'Symbolic links as links, keep hard links'
complete -c ucp -s H -d 'Follow symbolic links that are operands'
complete -c ucp -s L -l dereference -d 'Follow all symbolic links'
complete -c ucp -s P -l no-dereference -d 'Follow no symbolic links'
complete -c ucp -s l -l link -d 'Make hard links instead of copies'
complete -c ucp -s s -l symbolic-link -d 'Make symbolic links instead of copies'
complete -c ucp -s x -l one-file-system -d 'Stay on the filesystem of the source'
complete -c ucp -l attributes-only -d 'Copy no data'
complete -c ucp -l copy-contents -d 'Copy contents of special files, with -r'
complete -c ucp -x -l sparse -a 'auto always never' -d 'What becomes of holes'
complete -c ucp -f -l reflink -a 'auto always never' -d 'Share extents'
complete -c ucp -x -s t -l target-directory -a '(__fish_complete_directories)' -d 'Copy into a directory'
complete -c ucp -s T -l no-target-directory -d 'The last operand is the copy itself'
complete -c ucp -l parents -d 'Keep the path of the source below the target'
complete -c ucp -l strip-trailing-slashes -d 'From each source'
complete -c ucp -l keep-directory-symlink -d 'Follow those in the destination'
complete -c ucp -s f -l force -d 'Remove what cannot be opened'
complete -c ucp -s b -d 'Move aside what is in the way'
complete -c ucp -f -l backup -a 'none simple existing numbered' -d 'Move aside what is in the way'
complete -c ucp -x -s S -l suffix -d 'Suffix of simple backups'
complete -c ucp -s Z -d 'Default security context'
complete -c ucp -f -l context -d 'Security context of new files'
complete -c ucp -l remove-destination -d 'Remove each existing file first'
complete -c ucp -s i -l interactive -d 'Ask before overwriting'
complete -c ucp -s n -l no-clobber -d 'Overwrite nothing'
complete -c ucp -s u -d 'Replace older files only'
complete -c ucp -f -l update -a 'all none none-fail older' -d 'What to replace'
complete -c ucp -l atomic -d 'Give files their names when complete'
complete -c ucp -r -l check -d 'Check a directory against a manifest'
complete -c ucp -l compare -d 'Compare two trees'
complete -c ucp -l clean-temps -d 'Remove temporary files that a crash has left'
complete -c ucp -f -l fsync -a 'never file batch fs chunk' -d 'On disk when done'
complete -c ucp -r -l manifest -d 'Write digests of all files to a file'
complete -c ucp -x -l manifest-format -a 'bsd gnu' -d 'Form of the manifest'
complete -c ucp -x -l hash -a 'xxh128 xxh64 xxh3 sha256' -d 'Digest of the manifest'
complete -c ucp -x -l engine -a 'auto uring threads serial' -d 'How I/O is carried out'
complete -c ucp -x -s j -l jobs -d 'Workers'
complete -c ucp -x -l queue-depth -d 'Requests in flight a worker'
complete -c ucp -x -l chunk-size -d 'Bytes of a large file in one request'
complete -c ucp -x -l mem-limit -d 'Bytes of buffers'
complete -c ucp -x -l io-workers -d 'Kernel threads a ring'
complete -c ucp -s v -l verbose -d 'Say what is copied'
complete -c ucp -l debug -d 'Say how it is copied'
complete -c ucp -s g -d 'Status line'
complete -c ucp -f -l progress -a 'auto always never' -d 'Status line'
complete -c ucp -s q -l quiet -d 'No status line'
complete -c ucp -l stats -d 'A summary at the end'
complete -c ucp -l help -d 'Print a summary of options'
complete -c ucp -l version -d 'Print the version'
