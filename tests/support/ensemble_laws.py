#!/usr/bin/env python3
"""Laws of first passages of single ions (tests/cli/ensemble_laws.sh); fails where one does not hold.

usage: ensemble_laws.py N   (N trajectories an ensemble, in folders of the current one)

All bounds are those of a false alarm in a thousand. With 200 trajectories the spread is known to 5 to
6 %, two of them differ by 30 % at four standard errors; a mean is known to 0.5 % and better.
"""
import json
import math
import statistics
import sys

RARE = 3.29  # standard errors that a normal number passes, on either side, once in a thousand
RARE_KS = 1.95  # sqrt(n/2) D of Kolmogorov and Smirnov's two-sample test (Smirnov 1948), the same
FAILED = []


def check(name, value, bound):
    """One line; `value` must be at most `bound`."""
    print(f"{name}: {value:.2f}, at most {bound}")
    if not abs(value) <= bound:
        FAILED.append(name)


class Sample:
    """Times of first passages, us: mean and logarithm of the spread with standard errors."""

    def __init__(self, folder, count):
        with open(f"{folder}/results.jsonl", encoding="utf-8") as file:
            runs = [json.loads(line) for line in file][1:]
        spikes = [run["experiments"][0]["spikes"][:1] for run in runs]
        self.times = sorted(1e6 * spike[0]["time_s"] for spike in spikes if spike)
        if len(self.times) != count:
            sys.exit(f"{folder}: {len(self.times)} of {count} trajectories passed the threshold")
        self.mean = statistics.mean(self.times)
        self.error = 0.0
        if count > 1:
            sd = statistics.stdev(self.times)
            self.error = sd / math.sqrt(count)
            fourth = statistics.mean(((t - self.mean) / sd) ** 4 for t in self.times)
            self.log_sd, self.log_error = math.log(sd), math.sqrt((fourth - 1) / (4 * count))
            print(f"{folder}: {self.mean:.3f} +- {self.error:.3f} us, sd {sd:.3f} +- {sd * self.log_error:.3f}")


def distance(a, b):
    """Largest difference of the shares that have passed, times sqrt(n/2)."""
    count = len(a)
    shares = (sum(t <= x for t in a) - sum(t <= x for t in b) for x in a + b)
    return max(abs(share) for share in shares) / count * math.sqrt(count / 2)


def spread(a, b, law):
    """Standard errors between the logarithm of the ratio of two spreads and that of the law's ratio."""
    return (a.log_sd - b.log_sd - math.log(law)) / math.hypot(a.log_error, b.log_error)


def main():
    count = int(sys.argv[1])
    events, *leaps = [Sample(name, count) for name in ("events", "leap_0.02", "leap_0.1")]
    one, four, sixteen = [Sample(f"area_{area}", count) for area in (1, 4, 16)]
    density, forces = Sample("density", 1), Sample("forces", count)
    print(f"density: {density.mean:.3f} us")

    # (i) How hops are drawn is not seen.
    for name, leap in zip(("0.02", "0.1"), leaps):
        check(f"leaps of {name}, distribution, sqrt(n/2) D", distance(leap.times, events.times), RARE_KS)
        apart = (leap.mean - events.mean) / math.hypot(leap.error, events.error)
        check(f"leaps of {name}, mean, standard errors", apart, RARE)
        check(f"leaps of {name}, spread, standard errors", spread(leap, events, 1), RARE)

    # (ii) N times the ions: 1/sqrt(N) of the spread, and a mean that differs from the density's by a part
    # of order 1/N, which two areas extrapolate away.
    check("spread of 1 and 4 times the ions, standard errors", spread(one, four, 2), RARE)
    check("spread of 4 and 16 times the ions, standard errors", spread(four, sixteen, 2), RARE)
    limit = (4 * sixteen.mean - four.mean) / 3
    error = math.hypot(4 * sixteen.error, four.error) / 3
    print(f"many ions: {limit:.3f} +- {error:.3f} us")
    check("many ions and the density, standard errors", (limit - density.mean) / error, RARE)

    # (iii) Random forces are single ions.
    error = math.hypot(forces.error, sixteen.error)
    print(f"forces - single ions: {forces.mean - sixteen.mean:.3f} +- {RARE * error:.3f} us (99.9 %)")
    check("forces and single ions, mean, standard errors", (forces.mean - sixteen.mean) / error, RARE)
    check("forces and single ions, spread, standard errors", spread(forces, sixteen, 1), RARE)
    if FAILED:
        sys.exit("not so: " + "; ".join(FAILED))


main()
