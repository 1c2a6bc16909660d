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
OF_MANY = 2  # the last of them are of independent neurons only
PERIOD = 16  # pulses, of the sine
PHASES_COLUMNS = (
    "neurons spikes vector_strength vector_se chance_p lag_pulses information_mbit information_se"
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


# ---- two populations, the second under a signal half a period later ----


def turned(fired, first):
    """Sum over the spikes of each neuron of exp(2 pi i pulse / PERIOD)."""
    pulse = first + np.arange(fired.shape[1])
    return fired @ np.exp(2j * np.pi * pulse / PERIOD)


def pooled_information(signal, fired, later, lag):
    """Information of one neuron about the signal's bin, from both populations; jackknife over neurons."""

    def of(*both):
        pairs = [lagged(x, y, lag) for x, y in zip((signal, -signal), both)]
        share, p = probabilities(np.concatenate([x for x, _ in pairs]), np.concatenate([y for _, y in pairs], 1))
        return information(share, p)

    n = len(fired)
    without = np.array([of(np.delete(fired, i, 0), np.delete(later, i, 0)) for i in range(n)])
    value = n * of(fired, later) - (n - 1) * without.mean()
    return value, np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())


def phases_row(fired, later, signal, skip, draws=10000):
    """The PHASES_COLUMNS. What both populations do at the same pulses, as they grow their filaments from the same begin,
    drops out of the difference of their sums. By chance means: a neuron that does not know of the signal could as well have been one of the
    other population, so that its part changes its sign."""
    fired, later = fired[:, skip:], later[:, skip:]
    parts = np.concatenate([turned(fired, skip), -turned(later, skip)])
    spikes = int(fired.sum() + later.sum())
    head = [len(parts), spikes]
    if spikes == 0:
        return head + ["-"] * (len(PHASES_COLUMNS) - len(head))
    random = np.random.default_rng(1)
    found = abs(parts.sum())
    signs = random.choice([-1, 1], (draws, len(parts)))
    p = (1 + int((abs(signs @ parts) >= found * (1 - 1e-12)).sum())) / (1 + draws)
    strength = found / spikes
    along = (parts * np.conj(parts.sum())).real / found
    trains = np.concatenate([fired, later]).sum(1)
    error = np.sqrt(((along - strength * trains) ** 2).sum()) / spikes
    # the sine is sin(2 pi pulse / PERIOD) half a pulse later, and highest a quarter of a period after that
    lag = (np.angle(parts.sum()) / (2 * np.pi) * PERIOD - PERIOD / 4 + 0.5 + PERIOD / 2) % PERIOD - PERIOD / 2
    value, its_error = pooled_information(signal, fired, later, int(round(lag)) % PERIOD)
    numbers = [f"{strength:.2g}", f"{error:.2g}", f"{p:.2g}", f"{lag:.1f}", f"{1e3 * value:.2g}", f"{1e3 * its_error:.2g}"]
    return head + numbers
