#!/usr/bin/env python3
"""Prints the constants of lib/src/kernels/exponential.cpp and logarithm.cpp, computed with 80 digits.

Each polynomial equals its function at the Chebyshev points of the interval; the error printed beside it is the
largest one that its terms leave in the result, relative to it or smaller.
"""

import struct
from decimal import Decimal, getcontext

getcontext().prec = 80
EPSILON = Decimal(10) ** -70
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211707")
LN2 = Decimal(2).ln()
ROOT2 = Decimal(2).sqrt()
MARGIN = 1 + Decimal(2) ** -20  # Rounding may leave an argument just outside of its interval.


def series(coefficient, x):
    total, power, k = Decimal(0), Decimal(1), 0
    while abs(coefficient(k) * power) > EPSILON:
        total += coefficient(k) * power
        power *= x
        k += 1
    return total


def factorial(n):
    return Decimal(1) if n < 2 else n * factorial(n - 1)


def cosine(x):
    return series(lambda k: (-1) ** k / factorial(2 * k), x * x)


def interpolate(function, low, high, degree):
    """Coefficients, lowest first: Newton's divided differences, multiplied out."""
    middle, half, n = (low + high) / 2, (high - low) / 2, degree + 1
    points = [middle + half * cosine(PI * (2 * i + 1) / (2 * n)) for i in range(n)]
    differences = [function(x) for x in points]
    for j in range(1, n):
        for i in range(degree, j - 1, -1):
            differences[i] = (differences[i] - differences[i - 1]) / (points[i] - points[i - j])
    coefficients = [differences[degree]]
    for i in range(degree - 1, -1, -1):
        shifted = [Decimal(0)] + coefficients
        for k, c in enumerate(coefficients):
            shifted[k] -= c * points[i]
        shifted[0] += differences[i]
        coefficients = shifted
    return coefficients


def evaluate(coefficients, x):
    result = Decimal(0)
    for c in reversed(coefficients):
        result = result * x + c
    return result


def show(title, function, low, high, degree, weight):
    coefficients = interpolate(function, low, high, degree)
    grid = [low + (high - low) * i / 1009 for i in range(1010)]
    error = max(abs((evaluate(coefficients, x) - function(x)) * weight(x)) for x in grid)
    print(f"{title}: error {error:.1e}")
    for c in coefficients:
        print("   ", float(c).hex())


def high_part(value):
    """To 32 bits, so that its products with small integers are exact."""
    bits = struct.unpack("<Q", struct.pack("<d", float(value)))[0] & ~((1 << 21) - 1)
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def show_split(title, value):
    high = high_part(value)
    print(f"{title}: {high.hex()} + {float(value - Decimal(high)).hex()}")


def exp_q(r):  # (e^r - 1 - r) / r^2
    return series(lambda k: 1 / factorial(k + 2), r)


def log_q(z):  # (2 artanh(sqrt z) / sqrt z - 2) / z
    return series(lambda k: Decimal(2) / (2 * k + 3), z)


def log_r(f):  # (ln(1 + f) - f) / f^2
    return ((1 + f).ln() - f) / (f * f) if f else Decimal(-1) / 2


def main():
    print("1 / ln 2:", float(1 / LN2).hex(), " 8 / ln 2:", float(8 / LN2).hex(), " ln 2:", float(LN2).hex())
    show_split("ln 2", LN2)
    show_split("ln 2 / 8", LN2 / 8)
    print("2^(j/8) and the rest:")
    for j in range(8):
        power = (LN2 * j / 8).exp()
        print("   ", float(power).hex(), float(power - Decimal(float(power))).hex())
    step = LN2 / 16 * MARGIN
    show("exp of float64, q", exp_q, -step, step, 5, lambda r: r * r)
    half = LN2 / 2 * MARGIN
    show("exp of float32, q", exp_q, -half, half, 5, lambda r: r * r)
    largest = ((ROOT2 - 1) / (ROOT2 + 1)) ** 2 * MARGIN
    show("log of float64, Q", log_q, Decimal(0), largest, 6, lambda z: z)
    show("log of float32, R", log_r, 1 / ROOT2 - 1, ROOT2 - 1, 9, lambda f: f)


if __name__ == "__main__":
    main()
