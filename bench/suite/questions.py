"""The questions: what each measures, in which unit, against what, and how long it may take.

A sample of a C++ subject is one repetition of shmkit_bench (of many trips, or kills, its median). A round of a
question is one of shmkit_bench and one of every rival, in rotating order.
"""

import fnmatch
from dataclasses import dataclass, field
from typing import Callable

_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}

REPETITIONS = 2  # Samples of every subject in one round.
QUICK_ROUNDS = 3
FULL_ROUNDS = 6  # With 2 repetitions 12 samples: statistics.ENOUGH.


def real_time(unit):
    """Wall-clock time of one iteration."""
    return lambda row: row["real_time"] * _SECONDS[row["time_unit"]] / _SECONDS[unit]


def counter(name, scale=1.0):
    return lambda row: row[name] * scale


@dataclass(frozen=True)
class Question:
    name: str
    asks: str
    unit: str
    metric: Callable  # The sample in a row of shmkit_bench.
    quick_s: float  # Budgets.
    full_s: float
    references: tuple = ()  # (pattern of subjects, what they are compared with, {} being the subject); the first fits.
    parameter: str = ""  # What the number behind a subject is: bytes, elements, workers.
    quick: Callable = field(default=lambda parameter: True)  # Parameters of a quick run.
    not_quick: tuple = ()  # Subjects that a quick run leaves out.
    more: dict = field(default_factory=dict)  # Further subjects of a row, by what is added to their names.
    optional: dict = field(default_factory=dict)  # Subjects that need a library: its name.

    def budget(self, quick):
        return self.quick_s if quick else self.full_s

    def reference(self, subject):
        """Whom `subject` is compared with, if anybody."""
        for pattern, reference in self.references:
            if fnmatch.fnmatchcase(subject, pattern):
                return reference.format(subject) if subject != reference else None
        return None

    def subjects(self, subject):
        """What a subject of shmkit_bench is here: itself, or several that it measures at once."""
        return [subject + ending for ending in self.more] or [subject]

    def samples(self, subject, row):
        """(subject, value) of a row of shmkit_bench."""
        metrics = self.more.values() or [self.metric]
        return [(name, metric(row)) for name, metric in zip(self.subjects(subject), metrics)]


def _power_of(base):
    def is_one(number):
        while number > 1 and number % base == 0:
            number //= base
        return number == 1
    return is_one


_GB_S = counter("bytes_per_second", 1e-9)
_OPENMP = {"openmp": "OpenMP"}
_PARALLEL_LOOPS = {"openmp_reduction": "OpenMP", "openmp_dynamic": "OpenMP", "onetbb_simple": "oneTBB"}
_REDUCTION_RIVALS = {"openmp": "OpenMP", "onetbb": "oneTBB"}
_MEMORY_FLOORS = (("*_one_core", "load_only_one_core"), ("*_first", "load_only_first"), ("*", "load_only"))
_MEBIBYTE = 2**20


def _reduction(name, asks, quick_s, full_s):
    return Question(f"reduce_{name}", asks, "GB/s", _GB_S, quick_s, full_s, references=_MEMORY_FLOORS,
                    optional=_REDUCTION_RIVALS)


def _letters(name, quick_s, full_s, unit, metric, asks):
    return Question(name, asks, unit, metric, quick_s, full_s, references=(("*", "shmkit"),))


QUESTIONS = (
    Question("attach", "to attach to an array, and to detach", "us", real_time("us"), 1, 10,
             references=(("*", "bare_system_calls"),)),
    Question("spawn", "to start a worker, in every way there is", "us", real_time("us"), 8, 60,
             references=(("*", "vfork_exec"),), not_quick=("fork_8GB",)),
    Question("move", "to get bytes to another process", "us", real_time("us"), 11, 100, parameter="bytes",
             quick=lambda size: size <= 64 * _MEBIBYTE and _power_of(16)(size / 1024),
             references=(("*", "attach_and_read"),)),
    Question("reuse", "a job on fresh workers, and on those that are there", "us", real_time("us"), 2, 15,
             references=(("*", "no_workers"),)),
    Question("chunk_overhead", "what an empty chunk costs", "ns_per_chunk", counter("ns_per_chunk"), 5, 50,
             references=(("*", "shmkit"),), optional=_PARALLEL_LOOPS),
    Question("metg", "how small tasks may be (worker time per task)", "ns_per_task", counter("granularity_ns"), 7, 70,
             parameter="elements", quick=_power_of(8), references=(("*", "shmkit"),),
             optional={"openmp_dynamic": "OpenMP"}),
    Question("round_trip", "a job of one chunk, there and back (median trip)", "us", counter("p50_us"), 12, 70,
             references=(("*_parked", "futex_floor"), ("*", "spin_floor"))),
    Question("submit", "one call, there and back (median trip)", "us", counter("p50_us"), 6, 45,
             references=(("*_parked", "shmkit_parked"), ("*", "shmkit_spinning"))),
    Question("map", "a call of a trivial function, of many", "ns_per_call", counter("ns_per_chunk"), 4, 30,
             references=(("*", "shmkit"),)),
    Question("reduce", "a call of a trivial function, of many, added up", "ns_per_call", counter("ns_per_chunk"), 2, 15,
             references=(("*", "shmkit"),)),
    _letters("message_queue_1_to_1", 1, 15, "ns_per_message", counter("ns_per_message"), "a letter from one to another"),
    _letters("message_queue_2_to_2", 1, 15, "ns_per_message", counter("ns_per_message"), "a letter from two to two"),
    _letters("message_round_trip", 1, 10, "us", counter("p50_us"), "a letter there and back (median trip)"),
    _letters("message_round_trip_parked", 4, 30, "us", counter("p50_us"), "the same after 2 ms of silence"),
    _reduction("max", "the maximum of an array; first: of a new mapping", 8, 55),
    _reduction("sum", "the sum of an array", 5, 40),
    _reduction("dot", "the dot product of two arrays", 6, 40),
    Question("floor", "what memory allows: loads, stores, copies", "GB/s", _GB_S, 4, 20, references=_MEMORY_FLOORS),
    Question("kernels_one_core", "a kernel on one core", "GB/s", _GB_S, 6, 45, references=(("*", "numpy_{}"),)),
    Question("speed_up", "the same job on more and more workers", "s", real_time("s"), 5, 50, parameter="workers",
             references=(("*_max", "load_only"),)),
    Question("recovery", "a killed worker's chunk: until free, until leased", "us", None, 3, 25,
             more={"_freed": counter("freed_p50_us"), "_leased": counter("leased_p50_us")}),
    Question("map_commands", "to start a command and collect it", "us_per_command", None, 5, 40,
             references=(("*_cpu", "posix_spawn_loop_cpu"), ("*", "posix_spawn_loop"))),
)

# Asked by itself, along with any other: control.py.
CONTROL = Question("control", "the same work before every round: how steady the machine was", "ms", None, 0, 0)

BY_NAME = {question.name: question for question in (*QUESTIONS, CONTROL)}
