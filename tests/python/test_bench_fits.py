"""Fits of measured curves.

The oracle are curves computed from the law itself, so that the answer is known; and curves that have no answer.
"""

import math

import pytest

import bench_reports  # noqa: F401  Finds the suite.
from suite import fits

WORKERS = [1, 2, 4, 8, 16]


def law(p, n):
    return 1 / ((1 - p) + p / n)


@pytest.mark.parametrize("p", [0.0, 0.4, 0.8, 0.99, 1.0])
def test_a_curve_that_follows_amdahls_law_gives_its_parallel_fraction(p):
    assert fits.amdahl_parallel_fraction(WORKERS, [law(p, n) for n in WORKERS]) == pytest.approx(p, abs=1e-12)


def test_the_textbooks_choices_come_out():
    assert fits.amdahl_speed_up(0.4, 4) == pytest.approx(1.43, abs=0.005)
    assert fits.amdahl_speed_up(0.8, 2) == pytest.approx(1.67, abs=0.005)


def test_no_fraction_makes_the_squares_of_relative_times_smaller():
    measured = [1.0, 1.7, 3.1, 4.4, 5.9]
    best = fits.amdahl_parallel_fraction(WORKERS, measured)

    def squares(p):
        return sum((1 / s - 1 / law(p, n)) ** 2 for n, s in zip(WORKERS, measured))

    assert all(squares(best) <= squares(k / 1000) for k in range(1001))


def test_superlinear_curves_are_all_parallel_and_slower_ones_not_at_all():
    assert fits.amdahl_parallel_fraction([1, 2, 4], [1, 2.5, 6]) == 1
    assert fits.amdahl_parallel_fraction([1, 2, 4], [1, 0.9, 0.7]) == 0


@pytest.mark.parametrize(
    "curve", [([], []), ([1], [1]), ([2], [0]), ([1, 2], [1, -3]), ([2], [math.nan]), ([4], [None])]
)
def test_curves_without_two_workers_have_no_fraction(curve):
    assert fits.amdahl_parallel_fraction(*curve) is None


@pytest.mark.parametrize("p", [0.0, 0.6, 1.0])
def test_the_karp_flatt_fraction_of_amdahls_law_is_the_serial_one_for_every_number_of_workers(p):
    for n in WORKERS[1:]:
        assert fits.karp_flatt(n, law(p, n)) == pytest.approx(1 - p, abs=1e-12)


def test_the_karp_flatt_fraction_is_negative_when_superlinear_and_missing_for_one_worker_or_no_speed_up():
    assert fits.karp_flatt(2, 2.5) < 0
    assert fits.karp_flatt(1, 1) is None
    assert fits.karp_flatt(4, 0) is None


def test_speed_ups_need_a_time_with_one_worker_and_no_order():
    assert fits.speed_ups([4, 1, 2], [3.0, 12.0, 6.0]) == [(1, 1), (2, 2), (4, 4)]
    assert fits.speed_ups([2, 4], [6.0, 3.0]) == []
    assert fits.speed_ups([1, 2], [12.0, 0.0]) == [(1, 1)]
    assert fits.speed_ups([1, 2], [0.0, 1.0]) == []


def test_efficiencies_are_shares_of_the_best_rate():
    assert fits.efficiencies([1, 10, 100], [2, 10, 50]) == [0.25, 0.5, 1]
    assert fits.efficiencies([1, 10], [0, 10]) == [None, 1]
    assert fits.efficiencies([], []) == []


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_metg_is_exact_between_points_of_a_power_law(share):
    granularities = [1.0, 10.0, 100.0, 1000.0]  # e = (g / 1000) ^ 0.4
    crossing = fits.metg(granularities, [(g / 1000) ** 0.4 for g in granularities], share)
    assert crossing.at == pytest.approx(1000 * share ** (1 / 0.4), rel=1e-12)
    assert not crossing.is_bound


def test_metg_is_a_bound_where_the_smallest_task_is_efficient_already():
    assert fits.metg([70, 30], [1, 0.8]) == (30, True)
    assert fits.metg([30], [1]) == (30, True)


def test_metg_is_missing_where_the_curve_never_gets_there_or_is_none():
    assert fits.metg([10, 20], [0.1, 0.4]) is None
    assert fits.metg([], []) is None
    assert fits.metg([0], [1]) is None
    assert fits.metg([10], [None]) is None


def test_metg_takes_the_first_crossing_of_a_curve_that_falls_again():
    assert fits.metg([1, 2, 8, 16], [0.25, 1, 0.3, 1], 0.5).at == pytest.approx(math.sqrt(2))


def test_metg_goes_by_the_work_in_a_task_where_noise_turns_granularities_around():
    """Tasks of 1, 2 and 16 elements, the first of them measured slower than the second."""
    granularities = [52.0, 50.0, 60.0]
    shares = fits.efficiencies([1, 2, 16], granularities)
    assert 50 < fits.metg(granularities, shares).at < 60
    assert fits.metg(granularities[::-1], shares[::-1]) == fits.metg(granularities, shares)


def test_break_even_is_exact_for_power_laws():
    sizes = [2**k for k in range(10, 31, 4)]
    crossing = fits.break_even(sizes, [3 * s for s in sizes], [60_000 * math.sqrt(s) for s in sizes])
    assert crossing.at == pytest.approx(20_000**2, rel=1e-9), "where 3 s = 60,000 sqrt(s)"
    assert not crossing.is_bound


def test_break_even_lasts_until_the_largest_size():
    sizes = [1, 10, 100, 1000]
    assert fits.break_even(sizes, [1, 5, 1, 5], [2, 2, 2, 2]).at > 100, "A win that is lost again does not count"
    assert fits.break_even(sizes, [1, 5, 5, 1], [2, 2, 2, 2]) is None
    assert fits.break_even(sizes, [2, 2, 2, 2], [2, 2, 2, 2]) is None
    assert fits.break_even(sizes, [3, 3, 3, 3], [2, 2, 2, 2]) == (1, True)
    assert fits.break_even([], [], []) is None
