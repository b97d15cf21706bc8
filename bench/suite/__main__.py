import sys

# What an old Python could not read comes after this.
if sys.version_info < (3, 11):
    sys.stderr.write("shmtool bench: the benchmark suite needs Python 3.11 or later, and '%s' is %d.%d\n"
                     % (sys.executable, sys.version_info[0], sys.version_info[1]))
    sys.stderr.write("  hint: install a later Python 3 there, or measure on another machine\n")
    sys.exit(1)

from suite.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
