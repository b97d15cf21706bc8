import sys

from suite.command import main

sys.exit(main(sys.argv[1:]))
