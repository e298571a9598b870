"""Move a sample from the prior to where the figures are: an ensemble smoother with multiple data assimilation.

Emerick and Reynolds 2013 (doi:10.1016/j.cageo.2012.03.011). In each of S steps every member moves by the regression
of numbers on figures that the ensemble itself shows, with the errors of the figures inflated by S, so that the steps
together use the figures once. Correlations that an ensemble of this size shows by chance are tapered (Furrer and
Bengtsson 2007, doi:10.1016/j.jmva.2006.08.003), and what spread is lost by those that remain is given back: numbers
that nothing depends on are carried along, and tell by how much their spread shrank (after the adaptive inflation of
Evensen 2009, doi:10.1007/978-3-642-03711-5). The arithmetic is pyesmda's; why this method: docs/decisions/0018.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError

if TYPE_CHECKING:
    from pyesmda import LocalizationStrategy

MOST_FAILED = 0.1
"""Share of members that may fail before a fit gives up."""
IDLE = 100
"""Numbers carried along that nothing depends on; a hundred tell the lost spread to 1 % or so."""
Forward = Callable[[str, np.ndarray], np.ndarray]
"""What members say: the name of a step and prior scores, shape (members, numbers), to figures, (members, figures)."""


def smooth(
    forward: Forward,
    first: np.ndarray,
    observed: np.ndarray,
    errors: np.ndarray,
    steps: int,
    seed: int,
    final: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """The last ensemble, prior scores of shape (members, numbers), and what it says; if not `final`, what the one
    before said.

    Parameters
    ----------
    forward
        Asks the members of a step.
    first
        The ensemble from the prior, standard normal scores of shape (members, numbers).
    observed, errors
        The figures, shape (figures,), and the covariance of their errors.
    steps
        How many steps the figures are used in.
    seed
        Of the perturbations of the figures.
    final
        Whether the last ensemble is asked, too.

    Raises
    ------
    InputError
        The package is not installed, or too many members failed.
    """
    try:
        from covmats import CovViaCholesky
        from pyesmda import ESMDA
    except ImportError as error:
        allowed = "pip install 'labour-migration-sim[calibrate]'"
        raise InputError("calibrate", f"needs a package that is not installed ({error.name})", allowed) from error

    numbers = first.shape[1]
    idle = np.random.default_rng(seed).standard_normal((len(first), IDLE))
    asked = iter(range(steps))

    def said(scores: np.ndarray) -> np.ndarray:
        return forward(f"step-{next(asked)}", np.ascontiguousarray(scores[:numbers].T)).T

    solver = ESMDA(
        obs=observed,
        m_init=np.ascontiguousarray(np.hstack([first, idle]).T),
        cov_obs=CovViaCholesky(np.linalg.cholesky(errors)),
        forward_model=said,
        n_assimilations=steps,
        inversion_type="cholesky",
        C_MD_localization=_taper(),
        random_state=np.random.RandomState(seed),
        is_forecast_for_last_assimilation=False,
        is_parallel_analyse_step=False,
        max_failure_fraction=MOST_FAILED,
    )
    try:
        solver.solve()
    except RuntimeError as error:
        problem = f"gave up: more than {100 * MOST_FAILED:.0f} of a hundred members failed"
        raise InputError("calibrate", problem, "see the column reason of the draws") from error
    fitted = solver.m_posterior.T
    lost = np.sqrt(idle.var(axis=0, ddof=1).mean() / fitted[:, numbers:].var(axis=0, ddof=1).mean())
    mean = fitted[:, :numbers].mean(axis=0)
    last = mean + lost * (fitted[:, :numbers] - mean)
    return last, forward(f"step-{steps}", last) if final else solver.d_pred.T


def _taper() -> LocalizationStrategy:
    """Weighs each covariance of a number and a figure by how sure it is: r^2 / (r^2 + (1 + r^2) / n), n members."""
    from pyesmda import LocalizationStrategy

    class Taper(LocalizationStrategy):
        def localize(self, X: np.ndarray, Y: np.ndarray, batch_slice: slice = slice(None)) -> np.ndarray:
            members = X.shape[1]
            x, y = X - X.mean(axis=1, keepdims=True), Y - Y.mean(axis=1, keepdims=True)
            shared = x @ y.T / (members - 1)
            spread = np.outer(x.std(axis=1, ddof=1), y.std(axis=1, ddof=1))
            r2 = np.square(np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0.0))
            return shared * r2 / (r2 + (1.0 + r2) / members)

        def localize_multi_dot(
            self, X: np.ndarray, Y: np.ndarray, *args: np.ndarray, batch_slice: slice = slice(None)
        ) -> np.ndarray:
            return np.linalg.multi_dot([self.localize(X, Y), *args]) if args else self.localize(X, Y)

    return Taper()
