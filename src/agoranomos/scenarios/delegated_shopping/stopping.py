"""When to stop searching: reservation values of a search without recall, by backward induction.

Pages hold k offers, drawn independently from a known distribution; X is the best of them. Who stops takes it, who goes
on pays c, and who goes on from the last page T leaves with nothing. For one customer, page t is worth

    V(t) = E[max(X, r(t))],   r(t) = V(t + 1) - c,   r(T) = 0,

and r(t) is the page's reservation value: stop where X is at least that. For an assistant with n rounds left, to whom
the next customer comes as soon as this one is served or leaves,

    W(n, t) = W(n - 1, 1) + E[max(X, r(n, t))],   W(0, t) = 0,
    r(n, t) = W(n - 1, t + 1) - W(n - 1, 1) - c,   r(n, T) = 0.

Source: McCall (1970), Economics of Information and Job Search, here with a finite horizon.
"""

from __future__ import annotations

from collections.abc import Sequence


def best_of(worths: Sequence[float], chances: Sequence[float], count: int) -> tuple[tuple[float, float], ...]:
    """The distribution of the largest of `count` independent draws: P(max <= x) = F(x)^count."""
    found, below = [], 0.0
    for worth, chance in sorted(zip(worths, chances, strict=True)):
        above = below + chance
        found.append((worth, above**count - below**count))
        below = above
    return tuple(found)


def reservation_values(best: Sequence[tuple[float, float]], pages: int, cost: float) -> tuple[float, ...]:
    """r(1) to r(T) for one customer, where `best` is the distribution of the best offer of a page."""
    reservations = [0.0]
    for _ in range(pages - 1):
        reservations.insert(0, _expected(best, reservations[0]) - cost)
    return tuple(reservations)


def run_reservations(
    best: Sequence[tuple[float, float]], pages: int, cost: float, rounds: int
) -> tuple[tuple[float, ...], ...]:
    """r(n, 1) to r(n, T) for n = 1 to `rounds` rounds left, each as a row."""
    worth, table = [0.0] * pages, []
    for _ in range(rounds):
        row = [worth[page + 1] - worth[0] - cost for page in range(pages - 1)] + [0.0]
        table.append(tuple(row))
        worth = [worth[0] + _expected(best, reservation) for reservation in row]
    return tuple(table)


def _expected(best: Sequence[tuple[float, float]], reservation: float) -> float:
    return sum(chance * max(worth, reservation) for worth, chance in best)
