"""Figures of merit of a population that hears a slow signal: what its spikes say of the signal.

They take fired [neurons, pulses] (did it fire in that pulse?) and signal [pulses], which may begin some pulses
before `fired`: a late answer to these. The first `skip` pulses build the filament; their spikes are left out. Errors are those of the jackknife over neurons (they
are independent given the input; pulses of one neuron are not). By chance means: when every neuron's spikes are
moved round the circle of pulses by a random number.
"""

import numpy as np

BINS = 4
LAGS = 15  # a period of sine.cfg is 16 pulses
COLUMNS = (
    "neurons spikes rate lag chance_p correlation_sum correlation correlation_se "
    "information_mbit information_se of_100_neurons_bit of_100_neurons_se"
).split()


def lagged(signal, fired, lag):
    """Signal and spikes `lag` pulses later, as many as there are."""
    lead = len(signal) - fired.shape[1]
    return signal[max(lead - lag, 0) : len(signal) - lag], fired[:, max(lag - lead, 0) :]


def lags(signal):
    """Lags that leave half of the signal at least."""
    return range(min(LAGS, len(signal) // 2) + 1)


def correlation(signal, rate):
    """Pearson's; 0 of a population that never fires."""
    return float(np.corrcoef(signal, rate)[0, 1]) if rate.std() > 0 else 0.0


def best_lag(signal, fired):
    """Lag in pulses with the largest correlation."""

    def of(lag):
        x, y = lagged(signal, fired, lag)
        return correlation(x, y.mean(0))

    return max(lags(signal), key=of)


def probabilities(signal, fired):
    """Probability to fire in a pulse, in BINS equally filled bins of the signal."""
    edges = np.quantile(signal, np.linspace(0, 1, BINS + 1)[1:-1])
    of = np.searchsorted(edges, signal)
    share = np.bincount(of, minlength=BINS) / len(signal)
    return share, np.array([fired[:, of == i].mean() for i in range(BINS)])


def entropy(p):
    """Bit, along the last axis."""
    p = np.asarray(p, float)
    return -(p * np.log2(np.where(p > 0, p, 1))).sum(-1)


def information(share, p, neurons=1):
    """Mutual information, bit per pulse, of the signal's bin and the number of neurons that fire: independent
    neurons of equal probabilities given the bin, so the number is binomial."""
    k = np.arange(neurons + 1)
    log_choose = np.concatenate([[0], np.cumsum(np.log((neurons - k[:-1]) / (k[:-1] + 1)))])
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = np.where(k, k * np.log(p[:, None]), 0) + np.where(k < neurons, (neurons - k) * np.log1p(-p[:, None]), 0)
    given = np.exp(log_choose + log_p)
    return float(entropy(share @ given) - share @ entropy(given))


def merit(signal, fired, lag):
    """Correlation, information of one neuron and of the sum of 100."""
    x, y = lagged(signal, fired, lag)
    share, p = probabilities(x, y)
    return correlation(x, y.mean(0)), information(share, p), information(share, p, 100)


def jackknife(signal, fired, lag):
    """`merit` without its bias of order 1/neurons, and standard errors (Efron 1982)."""
    n = len(fired)
    without = np.array([merit(signal, np.delete(fired, i, 0), lag) for i in range(n)])
    mean = without.mean(0)
    return n * np.array(merit(signal, fired, lag)) - (n - 1) * mean, np.sqrt((n - 1) / n * ((without - mean) ** 2).sum(0))


def at_spikes(signal, fired):
    """Mean signal at the spikes, at the lag where it is largest."""
    pairs = [lagged(signal, fired, lag) for lag in lags(signal)]
    return max(np.average(x, weights=y.mean(0) + 1e-12) for x, y in pairs)


def chance(signal, fired, draws=1000):
    """Probability that spikes that do not know of the signal meet it as high."""
    random = np.random.default_rng(1)
    found, higher = at_spikes(signal, fired), 0
    for _ in range(draws):
        moved = np.array([np.roll(train, random.integers(len(train))) for train in fired])
        higher += at_spikes(signal, moved) >= found
    return (1 + higher) / (1 + draws)


def row(fired, signal, skip):
    """The COLUMNS."""
    fired = fired[:, skip:]
    head = [len(fired), int(fired.sum()), f"{fired.mean():.2g}"]
    if not fired.any():
        return head + ["-"] * (len(COLUMNS) - len(head))
    lag = best_lag(signal, fired)
    value, error = jackknife(signal, fired, lag)
    numbers = [f"{x:.2g}" for pair in zip(value * (1, 1e3, 1), error * (1, 1e3, 1)) for x in pair]
    whole = merit(signal, fired, lag)[0]
    return head + [lag, f"{chance(signal, fired):.2g}", f"{whole:.2g}"] + numbers
