"""What `shmtool bench --help` prints."""

HELP = """\
usage: shmtool bench [QUESTION...] [options]
       shmtool bench experiments [NAME...] [options]

Measures shmkit on this machine beside the floors that nobody can avoid and
beside its rivals, in the same run and in turns, results verified: what a
spawn, a copy, an attach, a chunk, a round trip cost; from which size on
sharing pays; how small tasks may be; how far jobs speed up. Without a QUESTION
all of them (--list says which there are). Rivals that are not installed are
skipped, and named.

A table has medians, 10th and 90th percentiles (of fewer than 11 samples the
extremes) and the number of samples n of each subject, and its ratio to the
floor or to shmkit. Warnings say where that is too little or too noisy to
conclude. docs/benchmarking.md tells the rest.

`experiments` are the workloads of a lesson on Python's multiprocessing:
published seconds, Python's here, shmkit's here.

Examples
  shmtool bench --list
  shmtool bench --quick
  shmtool bench attach round_trip --rounds 10
  shmtool bench --experiments --report results --json results.json

Options:
  --quick               at most two minutes, instead of fifteen: fewer samples
                        and sizes, smaller arrays
  --rounds N            so many rounds of each question, however long they take
  --pin                 use one hardware thread of each core only, always the
                        same ones
  --experiments         after the questions, the experiments
  --markdown            print the experiments only, as Markdown
  --report DIR          also a page with pictures, tables as CSV, and the JSON
  --json [FILE]         also all figures as one JSON value, in FILE; without it,
                        or as -, printed instead of the tables
  --list                only list the questions
  -q [ --quiet ]        no progress on standard error
  -h [ --help ]         print this

Exit codes: 0 done, 1 a result was wrong or a subject failed, 2 usage, 6 no
space, 130 ended with Ctrl-C (what there is by then is printed).
"""
