"""One look per subject, the same in every picture: colour, marker, hatch.

The colours are Okabe and Ito's, which people with any colour vision can tell apart (M. Okabe, K. Ito, "Color Universal
Design", 2008), without yellow, which is faint on white. Colour never stands alone: markers and hatches tell the
subjects apart in grey, and bars carry their names.
"""

import zlib
from typing import NamedTuple

BLUE, SKY, GREEN, ORANGE, VERMILION, PURPLE = "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7"
GREY = "#8c8c8c"
# Text and axes. In SVG it becomes the colour of the page's text, light or dark.
INK = "#17181a"


class Look(NamedTuple):
    colour: str
    marker: str
    hatch: str
    dashes: str


FLOOR = Look(GREY, "x", "|", ":")  # What the bare machine can do.
OURS = Look(BLUE, "o", "", "-")
OURS_TOO = Look(SKY, "s", "", "--")
# Hatches of lines only: dots and circles make an SVG ten times as big.
# The first that a subject begins with counts: longer beginnings come before shorter ones, and ours before theirs.
LOOKS = {
    "shmkit_threads": OURS_TOO,
    "shmkit_pi": OURS_TOO,
    "shmkit": OURS,
    "attach_and_read": OURS,
    "attach": OURS_TOO,
    "pool_start": OURS,
    "named_pool": OURS,
    "warm_pool": OURS,
    "fresh_pool": OURS,
    "pipe": Look(VERMILION, "^", "//", "-"),
    "copy_non_temporal": Look(PURPLE, "v", "++", "--"),
    "copy": Look(VERMILION, "^", "//", "-"),
    "store_non_temporal": Look(GREEN, "D", "\\\\", "-."),
    "unix_socket": Look(ORANGE, "v", "\\\\", "-"),
    "posix_mq": Look(PURPLE, "D", "xx", "-"),
    "boost": Look(PURPLE, "P", "++", "--"),
    "process_vm_readv": Look(GREEN, "<", "--", "-"),
    "memcpy": FLOOR,
    "fork": Look(VERMILION, "^", "//", "-"),
    "vfork": Look(ORANGE, "v", "\\\\", "-"),
    "posix_spawn": Look(ORANGE, "v", "\\\\", "-"),
    "xargs": Look(GREEN, "D", "\\\\", "-."),
    "gnu_parallel": Look(PURPLE, "P", "xx", "-."),
    "openmp_reduction": Look(ORANGE, "v", "//", ":"),
    "openmp": Look(ORANGE, "^", "//", "--"),
    "onetbb": Look(GREEN, "D", "\\\\", "-."),
    "numpy": Look(VERMILION, "s", "xx", "-."),
    "python": Look(VERMILION, "s", "xx", "-."),
    "published": Look(GREY, "D", "//", ":"),
    "multiprocessing_shared": Look(GREEN, ">", "++", "-."),
    "multiprocessing": Look(VERMILION, "s", "xx", "-."),
    "process_pool_executor": Look(VERMILION, "X", "++", "--"),
    "pickle": Look(VERMILION, "X", "++", "--"),
    "joblib": Look(PURPLE, "P", "xx", "-."),
    "thread": Look(ORANGE, "^", "//", "--"),
    "load_only": FLOOR,
    "store_only": FLOOR,
    "bare_": FLOOR,
    "serial": Look(SKY, "D", "--", ":"),
    "floor": FLOOR,
    "spin_floor": FLOOR,
    "futex_floor": FLOOR,
    "no_workers": FLOOR,
}
OTHERS = tuple(
    map(
        Look,
        (GREEN, ORANGE, PURPLE, VERMILION, SKY),
        "Dv<>P",
        ("\\\\", "//", "xx", "++", "--"),
        ("-", "--", "-.", ":", "-"),
    )
)
MORE_MARKERS = "svD^<>Pph8"


def look(subject):
    """The look of a subject; of one that nobody knew of too, always the same."""
    for beginning, found in LOOKS.items():
        if subject.startswith(beginning):
            return found
    return OTHERS[zlib.crc32(subject.encode("utf-8", "replace")) % len(OTHERS)]


def ordered(by_subject):
    """A dictionary by subject in the order of LOOKS, whatever the order was in which they were measured."""
    beginnings = list(LOOKS)
    places = {
        subject: next((i for i, start in enumerate(beginnings) if subject.startswith(start)), len(beginnings))
        for subject in by_subject
    }
    return {subject: by_subject[subject] for subject in sorted(by_subject, key=lambda s: (places[s], s))}


def looks(subjects):
    """{subject: look} for curves of one picture: relatives have the same colour, but never the same marker too."""
    found, taken = {}, set()
    for subject in subjects:
        usual = look(subject)
        free = [usual] + [usual._replace(marker=marker, dashes=(0, (4, 1, 1, 1))) for marker in MORE_MARKERS]
        found[subject] = next((one for one in free if (one.colour, one.marker) not in taken), usual)
        taken.add((usual.colour, found[subject].marker))
    return found
